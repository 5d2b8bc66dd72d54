import { DomainError } from '../../../errors/domain-error.ts'
import type { FixOutcome, FixSink } from '../fixes/index.ts'
import type { Database } from '../sql.ts'
import { readDeadBatch, removeDeadBatch } from './dead-batch-store.ts'
import { failureReason, isPassing } from './failure-reason.ts'

/**
 * Brings a batch that was put aside to the sink, and forgets it once it is taken. It stays when it is not; two who do so
 * at once find each other's fixes there already.
 *
 * @throws DomainError
 */
export async function resendDeadBatch(database: Database, sink: FixSink, id: string): Promise<FixOutcome> {
  const batch = await readDeadBatch(database, id)
  if (batch === undefined)
    throw new DomainError(
      'NOT_FOUND',
      'DEAD_BATCH_NOT_FOUND',
      'There is no such batch: it was sent again already, or forgotten after 30 days.',
    )
  if (batch === null)
    throw new DomainError(
      'FAILED_PRECONDITION',
      'DEAD_BATCH_EMPTY',
      'Nothing of this batch is left to be sent: it could not be read, or its devices were removed.',
    )
  const outcome = await sink.write(batch).catch((cause: unknown) => {
    if (isPassing(cause)) throw cause
    throw new DomainError(
      'FAILED_PRECONDITION',
      'DEAD_BATCH_REFUSED',
      `The batch cannot be written yet, and stays here: ${failureReason(cause)}`,
      { cause },
    )
  })
  await removeDeadBatch(database, id)
  return outcome
}
