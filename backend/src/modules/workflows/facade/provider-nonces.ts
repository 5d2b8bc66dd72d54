import type { DataSource } from 'typeorm'
import { rows } from '../sql.ts'

/** Longer than a nonce can be good: from five minutes before its time to five minutes after it. */
const KEPT = '1 hour'
const SWEPT_AT_ONCE = 1_000

/**
 * Uses a nonce up: true for the one call that was first, however many come at once. Those that are too old to be good
 * for anything go on the way.
 */
export async function useNonce(dataSource: DataSource, provider: string, nonce: bigint): Promise<boolean> {
  const inserted = await rows(
    dataSource,
    `with swept as (
       delete from operator_nonces where (provider, nonce) in (
         select provider, nonce from operator_nonces where create_time < now() - interval '${KEPT}'
         order by create_time limit ${SWEPT_AT_ONCE} for update skip locked)
     )
     insert into operator_nonces (provider, nonce) values ($1, $2) on conflict do nothing returning nonce`,
    [provider, nonce],
  )
  return inserted.length > 0
}
