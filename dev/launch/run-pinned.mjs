import { spawn } from 'node:child_process'
import { pinnedNode } from './dependencies.mjs'
import { repository } from './repository.mjs'

/**
 * Runs a TypeScript entry under the pinned Node and resolves with its exit code. The IPC channel lets the
 * entry notice that this process is gone, however it went.
 */
export function runPinned(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(pinnedNode(), ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: repository,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
    })
    // A terminal's Ctrl-C reaches the child by itself as well; it takes two signals at once as one.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        child.kill(signal)
      })
    }
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}
