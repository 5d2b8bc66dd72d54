import { spawn } from 'node:child_process'
import { pinnedNode } from './dependencies.mjs'
import { inRepository, repository } from './repository.mjs'

const parentCheckMs = 500
// What Node makes of each module is kept for the next process: half of the time that a start of the backend takes.
const compileCache = inRepository('node_modules', '.cache', 'node')

/**
 * Runs a TypeScript entry under the pinned Node and resolves with its exit code. The IPC channel lets the
 * entry notice that this process is gone, however it went.
 */
export function runPinned(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(pinnedNode(), ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: repository,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: {
        NODE_COMPILE_CACHE: compileCache,
        ...process.env,
        INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
      },
    })
    // A terminal's Ctrl-C reaches the child by itself as well; it takes two signals at once as one.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        child.kill(signal)
      })
    }
    const stopWatching = stopWithNpm(() => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      stopWatching()
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

/** npm runs us in a shell, and that passes no signal on: ending npm would leave us without a parent. */
function stopWithNpm(stop) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, parentCheckMs)
  return () => clearInterval(timer)
}
