import type { JobQuote, QuotedUse } from './job.ts'
import type { PlannedTask } from './services/job-service.ts'

export type EstimatedTask = Pick<PlannedTask, 'sizeBytes' | 'durationMs' | 'usedSeconds'>

/**
 * What tasks are expected to take together.
 *
 * @param executionDurationMs of the job: nothing can be used of it for longer
 * @param more tasks beside them of which nothing is known, as the one that collects
 */
export function quoteOf(tasks: readonly EstimatedTask[], executionDurationMs: number, more = 0): JobQuote {
  const taskCount = tasks.length + more
  return {
    sizeBytes: tasks.reduce((sum, task) => sum + BigInt(Math.ceil(task.sizeBytes)), 0n),
    durationMs: Math.ceil(tasks.reduce((sum, task) => sum + task.durationMs, 0)),
    taskCount,
    ...(tasks.some(({ usedSeconds }) => usedSeconds !== undefined)
      ? { usedSeconds: usedSecondsOf(tasks, executionDurationMs / 1000, more) }
      : {}),
  }
}

/** A task that says nothing of its use counts as credits count it: twice its expected time at most, and a begun second. */
function usedSecondsOf(tasks: readonly EstimatedTask[], executionSeconds: number, more: number): QuotedUse {
  let expected = BigInt(more)
  let atMost = BigInt(more)
  for (const { usedSeconds: used, durationMs } of tasks) {
    if (used === undefined) {
      expected += BigInt(Math.ceil(durationMs / 1000))
      atMost += BigInt(Math.ceil((2 * durationMs) / 1000) + 1)
    } else {
      const most = Math.ceil(Math.min(used.atMost, used.perSecond * executionSeconds))
      expected += BigInt(Math.min(most, Math.ceil(used.expected)))
      atMost += BigInt(most)
    }
  }
  return { expected, atMost }
}
