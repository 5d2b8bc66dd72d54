import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { RunFixture } from './run-fixture.ts'

export interface WorkerSettings {
  readonly databaseUrl: string
  readonly folder: string
  readonly cluster: string
  readonly stagingUrl: string
  /** Hexadecimal. */
  readonly stagingKey: string
}

const entry = fileURLToPath(new URL('./workflow-worker.ts', import.meta.url))

/** Workers as processes of their own, to be killed. */
export class WorkflowWorkers {
  readonly #processes: ChildProcess[] = []

  start({ database, folder, cluster, stagingUrl, stagingKey }: RunFixture): ChildProcess {
    const settings: WorkerSettings = {
      databaseUrl: database.url,
      folder,
      cluster,
      stagingUrl,
      stagingKey: stagingKey.toString('hex'),
    }
    const child = spawn(process.execPath, [entry, JSON.stringify(settings)], {
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
