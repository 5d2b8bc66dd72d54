import type { EntityManager } from 'typeorm'
import type { BusEvent } from '../ports/bus.ts'

/** Tells of an event when the transaction commits, and of none when it does not. */
export async function writeEvent(
  transaction: Pick<EntityManager, 'query'>,
  { routingKey, payload }: BusEvent,
): Promise<void> {
  await transaction.query('insert into outbox (routing_key, payload) values ($1, $2::jsonb)', [
    routingKey,
    JSON.stringify(payload),
  ])
}
