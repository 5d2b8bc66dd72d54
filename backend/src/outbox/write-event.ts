import type { EntityManager } from 'typeorm'
import type { BusEvent } from '../ports/bus.ts'

/** In the transaction of what happened: both commit, or neither. */
export async function writeEvent(transaction: Pick<EntityManager, 'query'>, event: BusEvent): Promise<void> {
  await transaction.query(`insert into outbox (routing_key, payload) values ($1, $2::jsonb)`, [
    event.routingKey,
    JSON.stringify(event.payload),
  ])
}
