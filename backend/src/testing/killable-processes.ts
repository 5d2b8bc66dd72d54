import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Processes of a test, to be killed. */
export class KillableProcesses {
  readonly #entry: string
  readonly #processes: ChildProcess[] = []

  /** @param entry a module that Node runs */
  constructor(entry: URL) {
    this.#entry = fileURLToPath(entry)
  }

  spawn(...options: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [this.#entry, ...options], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#processes.push(child)
    return child
  }

  /** By SIGKILL; those that have ended already are left alone. */
  async kill(...children: readonly ChildProcess[]): Promise<void> {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }

  async killAll(): Promise<void> {
    await this.kill(...this.#processes.splice(0))
  }
}
