import { setTimeout } from 'node:timers/promises'
import { median } from '../median.ts'
import { type QueueDatabase, QueueServer } from '../queue/queue-system.ts'
import type { BenchLine, BenchReport } from '../report.ts'

const TASK_MS = 200
const CROWD = 10_000
const ROUNDS = 12

/**
 * One organisation has 10,000 tasks queued; another one's single job arrives again and again. How much later it
 * ends than on an idle system, in units of one task's time, with a worker of one task and of two tasks at a time.
 */
export async function run(): Promise<BenchReport> {
  const server = await QueueServer.start()
  const lines: BenchLine[] = []
  try {
    for (const concurrency of [1, 2]) {
      const database = await server.database(`fairness_${concurrency}`)
      const crowded = await database.organization('crowded')
      const single = await database.organization('single')
      const stop = await server.process('./idle-worker.ts', database.url, server.folder, String(concurrency))
      const idle = await arrivals(database, single)
      await database.submit(crowded, CROWD, TASK_MS)
      await database.untilCompleted(ROUNDS + 2)
      const busy = await arrivals(database, single)
      await stop()
      const extra = busy.map((ms) => ms - median(idle))
      const line = (label: string, ms: number): BenchLine => ({
        label: `${label}, ${concurrency} at a time`,
        value: ms,
        unit: 'ms',
        reference: TASK_MS,
        ratio: ms / TASK_MS,
        target: '<= 1',
      })
      lines.push(line('extra delay of a single job behind 10,000 tasks, median', median(extra)))
      lines.push(line('the longest of them', Math.max(...extra)))
    }
  } finally {
    await server.stop()
  }
  return { name: 'fairness', lines }
}

/** Milliseconds from queue to end of single jobs, one after another, at odd moments. */
async function arrivals(database: QueueDatabase, organization: string): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await setTimeout(Math.random() * TASK_MS)
    times.push(await database.untilEnded(await database.submit(organization, 1, TASK_MS, false)))
  }
  return times
}
