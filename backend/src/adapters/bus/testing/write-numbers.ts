import type { EntityManager } from 'typeorm'

/** Events "jobs.completed.a" with the payloads {n}, in one transaction. */
export async function writeNumbers(
  database: Pick<EntityManager, 'query'>,
  from: number,
  to: number,
  padding = 0,
): Promise<void> {
  await database.query(
    `insert into outbox (routing_key, payload)
     select 'jobs.completed.a', jsonb_build_object('n', n, 'padding', repeat('x', $3))
     from generate_series($1::int, $2::int) as n order by n`,
    [from, to, padding],
  )
}
