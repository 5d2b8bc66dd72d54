import type { ChildProcess } from 'node:child_process'
import { KillableProcesses } from '../../../../testing/killable-processes.ts'
import type { RunFixture } from './run-fixture.ts'

export interface WorkerSettings {
  readonly databaseUrl: string
  readonly folder: string
  readonly cluster: string
  readonly stagingUrl: string
  /** Hexadecimal. */
  readonly stagingKey: string
}

/** Workers as processes of their own, to be killed. */
export class WorkflowWorkers extends KillableProcesses {
  constructor() {
    super(new URL('./workflow-worker.ts', import.meta.url))
  }

  start({ database, folder, cluster, stagingUrl, stagingKey }: RunFixture): ChildProcess {
    const settings: WorkerSettings = {
      databaseUrl: database.url,
      folder,
      cluster,
      stagingUrl,
      stagingKey: stagingKey.toString('hex'),
    }
    return this.spawn(JSON.stringify(settings))
  }
}
