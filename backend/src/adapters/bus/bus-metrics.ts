import { Counter, Gauge, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { type OutboxStatus, readOutboxStatus } from '../../outbox/index.ts'

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
  let reading: Promise<OutboxStatus | undefined> | undefined
  /** Once for all gauges, which are collected together. */
  const readStatus = () => {
    reading ??= readOutboxStatus(dataSource)
      // Without the database the other figures of the process are still worth having.
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const gauge = (name: string, help: string, figureOf: (status: OutboxStatus) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const status = await readStatus()
        this.set(status === undefined ? Number.NaN : figureOf(status))
      },
    })
  gauge(
    'fairlead_events_waiting',
    'Events that are committed and not sent on.',
    (status) => status.waitingEvents,
  )
  gauge(
    'fairlead_events_lag_seconds',
    'Age of the oldest event that is not sent on; 0 when none waits.',
    ({ oldestEventTime }) =>
      oldestEventTime === undefined ? 0 : (Date.now() - oldestEventTime.getTime()) / 1000,
  )
  gauge(
    'fairlead_events_unhandled',
    'Events that are sent on and not handled.',
    (status) => status.unhandledEvents,
  )
  gauge(
    'fairlead_events_parked',
    'Events that were put aside and wait for an operator.',
    (status) => status.parkedEvents,
  )
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
  return {
    published: (events) => published.inc(events),
    recovered: (events) => recovered.inc(events),
  }
}
