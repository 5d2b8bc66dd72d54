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
