import type { EntityManager } from 'typeorm'
import type { BusEvent } from '../ports/bus.ts'
import { activeTraceparent } from '../tracing/index.ts'

/** In the transaction of what happened: both commit, or neither. */
export async function writeEvent(transaction: Pick<EntityManager, 'query'>, event: BusEvent): Promise<void> {
  await transaction.query(
    `insert into outbox (routing_key, payload, traceparent) values ($1, $2::jsonb, $3)`,
    [event.routingKey, JSON.stringify(event.payload), activeTraceparent()],
  )
}

/** Several of them, in their order, by one statement. */
export async function writeEvents(
  transaction: Pick<EntityManager, 'query'>,
  events: readonly BusEvent[],
): Promise<void> {
  if (events.length === 0) return
  await transaction.query(
    `insert into outbox (routing_key, payload, traceparent)
     select event.routing_key, event.payload::jsonb, $3
     from unnest($1::text[], $2::text[]) with ordinality as event (routing_key, payload, ordinal)
     order by event.ordinal`,
    [
      events.map(({ routingKey }) => routingKey),
      events.map(({ payload }) => JSON.stringify(payload)),
      activeTraceparent(),
    ],
  )
}
