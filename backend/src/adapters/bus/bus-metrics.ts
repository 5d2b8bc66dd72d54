import { Counter, Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { readOutboxStatus } from '../../outbox/index.ts'

export interface BusMetrics {
  /** Confirmed by the broker. */
  published(events: number): void
  /** Read from the outbox because the broker had lost them. */
  recovered(events: number): void
}

/** @param registry where the figures are registered; without it they are counted for nobody */
export function createBusMetrics(dataSource: DataSource, registry: Registry | undefined): BusMetrics {
  if (registry === undefined) return { published: () => undefined, recovered: () => undefined }
  const registers = [registry]
  const published = new Counter({
    name: 'fairlead_events_published_total',
    help: 'Events that the message broker confirmed.',
    registers,
  })
  const recovered = new Counter({
    name: 'fairlead_events_recovered_total',
    help: 'Events read from the outbox because the message broker had lost them.',
    registers,
  })
  const waiting = new Gauge({
    name: 'fairlead_events_waiting',
    help: 'Events that are committed and not sent on.',
    registers,
    async collect() {
      const status = await readOutboxStatus(dataSource)
      this.set(status.waitingEvents)
      const oldest = status.oldestEventTime?.getTime() ?? Date.now()
      lag.set((Date.now() - oldest) / 1000)
      unhandled.set(status.unhandledEvents)
      parked.set(status.parkedEvents)
    },
  })
  waiting.set(0)
  const lag = new Gauge({
    name: 'fairlead_events_lag_seconds',
    help: 'Age of the oldest event that is not sent on; 0 when none waits.',
    registers,
  })
  const unhandled = new Gauge({
    name: 'fairlead_events_unhandled',
    help: 'Events that are sent on and not handled.',
    registers,
  })
  const parked = new Gauge({
    name: 'fairlead_events_parked',
    help: 'Events that were put aside and wait for an operator.',
    registers,
  })
  return {
    published: (events) => published.inc(events),
    recovered: (events) => recovered.inc(events),
  }
}
