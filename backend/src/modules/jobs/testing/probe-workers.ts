import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('./probe-worker.ts', import.meta.url))

/** Workers as processes of their own, to be killed. */
export class ProbeWorkers {
  readonly #processes: ChildProcess[] = []

  start({ database, folder }: { database: { url: string }; folder: string }): ChildProcess {
    const child = spawn(process.execPath, [entry, database.url, folder], {
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
