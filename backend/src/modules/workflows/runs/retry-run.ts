import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import type { Objects } from '../../../ports/objects.ts'
import {
  type Actor,
  type JobRetries,
  type JobWithResults,
  type KeptTask,
  keptPrefix,
  type PlannedTask,
  type TaskOutput,
} from '../../jobs/index.ts'
import { algorithmState } from '../algorithms/algorithm-store.ts'
import { parseStepPayload, type StepPayload } from '../step-payload.ts'

export interface RetryRunOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly retries: JobRetries
  /** What a step is expected to take, as in a plan. */
  readonly estimate: (payload: StepPayload) => Pick<PlannedTask, 'sizeBytes' | 'durationMs' | 'usedSeconds'>
}

/** Files that are copied at a time. */
const LANES = 4

/** Runs again what failed of a run, and what comes after it; what had completed keeps what it made. */
export function retryRun(
  { dataSource, objects, retries, estimate }: RetryRunOptions,
  actor: Actor,
  jobId: string,
  requestId: string | undefined,
  signal: AbortSignal,
): Promise<JobWithResults> {
  return retries.retry(
    actor,
    jobId,
    {
      requestId,
      async estimate(task) {
        const payload = parseStepPayload(task.payload)
        await assertApproved(dataSource, payload)
        return estimate(payload)
      },
      copy: (newJobId, kept, copySignal) => copyOutputs(objects, newJobId, kept, copySignal),
    },
    signal,
  )
}

async function assertApproved(
  dataSource: DataSource,
  { algorithm, algorithmId }: StepPayload,
): Promise<void> {
  if ((await algorithmState(dataSource, algorithmId)) === 'APPROVED') return
  throw new DomainError(
    'FAILED_PRECONDITION',
    'ALGORITHM_REVOKED',
    `The algorithm ${algorithm} is not approved any more, and nothing new of it runs. Run the workflow with another version.`,
    { metadata: { algorithm } },
  )
}

/** Copies of their own: the run that failed may be deleted while this one is kept. */
async function copyOutputs(
  objects: Objects,
  newJobId: string,
  kept: readonly KeptTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly TaskOutput[]>> {
  const copies = kept.map(({ index, outputs }) => ({
    index,
    outputs: outputs.map((output, position) => ({
      from: output.objectKey,
      to: { ...output, objectKey: `${keptPrefix(newJobId, index)}${position}` },
    })),
  }))
  const queue = copies.flatMap(({ outputs }) => outputs).values()
  const failed = new AbortController()
  const lane = async () => {
    for (const { from, to } of queue) {
      failed.signal.throwIfAborted()
      const content = await objects.get(from)
      await objects.put(to.objectKey, content, {
        mediaType: to.mediaType,
        signal: AbortSignal.any([signal, failed.signal]),
      })
    }
  }
  const lanes = Array.from({ length: LANES }, () =>
    lane().catch((error: unknown) => {
      failed.abort(error)
    }),
  )
  // All of them end before anything is undone.
  await Promise.all(lanes)
  failed.signal.throwIfAborted()
  return new Map(copies.map(({ index, outputs }) => [index, outputs.map(({ to }) => to)]))
}
