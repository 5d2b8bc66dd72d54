import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

const reporter = new URL('./memory-reporter.ts', import.meta.url).href

/** A server as a process that can be asked for its memory. */
export class ServerProcess {
  readonly child: ChildProcess

  constructor(entry: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = fork(entry, [...args], {
      env,
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning', '--import', reporter],
      stdio: ['ignore', 2, 2, 'ipc'],
    })
  }

  /** Resident, after a full collection. */
  async memoryBytes(): Promise<number> {
    this.child.send('memory')
    const [{ rssBytes }] = (await once(this.child, 'message')) as [{ rssBytes: number }]
    return rssBytes
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await ended
  }
}
