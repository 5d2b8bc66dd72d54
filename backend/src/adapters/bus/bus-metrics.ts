import { Counter, type Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import { SharedFigures, sharedGauge } from '../../database/index.ts'
import { readOutboxStatus } from '../../outbox/index.ts'
import { eventKind } from './event-kind.ts'

export interface BusMetrics {
  /** Confirmed by the broker. */
  published(events: number): void
  /** Read from the outbox because the broker had lost them. */
  recovered(events: number): void
  /** Dealt with by a queue's consumer. */
  handled(queue: string, routingKeys: readonly string[]): void
}

type OutboxFigures = Readonly<{
  waiting: number
  /** In ms since 1970; null when none waits. */
  oldestMs: number | null
  unhandled: number
  parked: number
}>

/** @param registry where the figures are registered; without it they are counted for nobody */
export function createBusMetrics(dataSource: DataSource, registry: Registry | undefined): BusMetrics {
  if (registry === undefined)
    return { published: () => undefined, recovered: () => undefined, handled: () => undefined }
  const registers = [registry]
  const figures = new SharedFigures<OutboxFigures>(dataSource, {
    name: 'outbox',
    count: () => countOutbox(dataSource),
  })
  const gauge = (name: string, help: string, figureOf: (figures: OutboxFigures) => number) =>
    sharedGauge(registry, figures, { name, help, figureOf })
  gauge('fairlead_events_waiting', 'Events that are committed and not sent on.', ({ waiting }) => waiting)
  gauge(
    'fairlead_events_lag_seconds',
    'Age of the oldest event that is not sent on; 0 when none waits.',
    ({ oldestMs }) => (oldestMs === null ? 0 : Math.max(0, Date.now() - oldestMs) / 1000),
  )
  gauge('fairlead_events_unhandled', 'Events that are sent on and not handled.', ({ unhandled }) => unhandled)
  gauge(
    'fairlead_events_parked',
    'Events that were put aside and wait for an operator.',
    ({ parked }) => parked,
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
  const handled = new Counter({
    name: 'fairlead_events_handled_total',
    help: 'Events that consumers have dealt with, by queue and kind; one may be dealt with twice.',
    labelNames: ['queue', 'event'],
    registers,
  })
  return {
    published: (events) => published.inc(events),
    recovered: (events) => recovered.inc(events),
    handled(queue, routingKeys) {
      for (const key of routingKeys) handled.inc({ queue, event: eventKind(key) })
    },
  }
}

async function countOutbox(dataSource: DataSource): Promise<OutboxFigures> {
  const status = await readOutboxStatus(dataSource)
  return {
    waiting: status.waitingEvents,
    oldestMs: status.oldestEventTime?.getTime() ?? null,
    unhandled: status.unhandledEvents,
    parked: status.parkedEvents,
  }
}
