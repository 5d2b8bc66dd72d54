import { inTransaction } from '../../../../database/index.ts'
import { stopJob } from '../../../jobs/job-endings.ts'
import { lockJob } from '../../../jobs/job-store.ts'
import type { RunFixture } from './run-fixture.ts'

/** As its owner does. */
export async function abortJob({ database }: RunFixture, jobId: string): Promise<void> {
  await inTransaction(database.dataSource, async (manager) => {
    const job = await lockJob(manager, jobId)
    if (job === undefined) throw new Error(`there is no job ${jobId}`)
    const error = { reason: 'CANCELLED_BY_USER', message: 'Cancelled.', transient: false }
    await stopJob(manager, job, 'ABORTED', error)
  })
}
