import type { DataSource } from 'typeorm'
import { type Actor, refuseStrangers } from '../actor.ts'
import { readJob } from '../change-job.ts'
import { type LogFilter, type LoggedLine, listLog } from './log-store.ts'

/** Of one page: messages may have 4 MiB, and a page of the longest lines would be 8 MB. */
const PAGE_MAX_BYTES = 1024 * 1024

/** What a job's tasks wrote, in pages. */
export class JobLog {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** A page may be shorter than it could be when its lines are long. */
  async lines(
    actor: Actor,
    jobId: string,
    filter: LogFilter,
    after: bigint,
    pageSize: number,
  ): Promise<{ lines: LoggedLine[]; next: bigint | undefined }> {
    const job = await readJob(this.#dataSource, actor.organizationId, jobId)
    refuseStrangers(actor, job)
    const found = await listLog(this.#dataSource, job.id, filter, after, pageSize + 1)
    let bytes = 0
    const fitting = found.findIndex(({ text }) => {
      bytes += Buffer.byteLength(text)
      return bytes > PAGE_MAX_BYTES
    })
    const lines = found.slice(0, Math.min(pageSize, fitting < 0 ? pageSize : Math.max(fitting, 1)))
    return { lines, next: found.length > lines.length ? lines.at(-1)?.sequence : undefined }
  }
}
