import type { ChildProcess } from 'node:child_process'
import { KillableProcesses } from '../../../testing/killable-processes.ts'

/** Workers as processes of their own, to be killed. */
export class ProbeWorkers extends KillableProcesses {
  constructor() {
    super(new URL('./probe-worker.ts', import.meta.url))
  }

  start({ database, folder }: { database: { url: string }; folder: string }): ChildProcess {
    return this.spawn(database.url, folder)
  }
}
