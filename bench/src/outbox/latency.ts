import { setTimeout } from 'node:timers/promises'
import { type CreateBusOptions, createBus } from '../../../backend/src/adapters/bus/create-bus.ts'
import { writeEvent } from '../../../backend/src/outbox/index.ts'
import type { BusQueue } from '../../../backend/src/ports/bus.ts'
import type { BenchLine } from '../report.ts'

const WARM_UP = 100
const EVENTS = 1_000
const PAUSE_MS = 5

/** From just before an event's COMMIT to its handler, at up to 200 events a second. */
export async function measureLatency(
  name: string,
  options: CreateBusOptions,
  queue: BusQueue,
): Promise<BenchLine[]> {
  const bus = await createBus(options)
  const arrivals: number[] = []
  await bus.consume(queue, async (events) => {
    const now = performance.now()
    for (const { payload } of events) {
      if (typeof payload['latency'] === 'number') arrivals[payload['latency']] = now
    }
    return []
  })
  const begins: number[] = []
  for (let index = 0; index < WARM_UP + EVENTS; index++) {
    const runner = options.dataSource.createQueryRunner()
    await runner.startTransaction()
    await writeEvent(runner.manager, { routingKey: 'jobs.completed.-', payload: { latency: index } })
    begins.push(performance.now())
    await runner.commitTransaction()
    await runner.release()
    await setTimeout(PAUSE_MS)
  }
  while (arrivals.filter((at) => at > 0).length < begins.length) await setTimeout(PAUSE_MS)
  await bus.close()
  const waits = begins.map((begin, index) => (arrivals[index] ?? Number.NaN) - begin).slice(WARM_UP)
  const at = (share: number) =>
    waits.toSorted((a, b) => a - b)[Math.floor(waits.length * share)] ?? Number.NaN
  return [
    { label: `commit to handler by ${name}, median`, value: at(0.5), unit: 'ms' },
    { label: `commit to handler by ${name}, 99th percentile`, value: at(0.99), unit: 'ms' },
  ]
}
