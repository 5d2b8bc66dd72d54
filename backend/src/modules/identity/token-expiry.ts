import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { type Repetition, repeatedly } from '../../repeatedly.ts'

export interface TokenExpiryOptions {
  readonly dataSource: DataSource
  readonly log: Logger
  /** Between two looks. Default a minute: warnings come a day and a week ahead. */
  readonly intervalMs?: number
}

const BATCH = 500

/** Tells users of API tokens that expire, in the background. Every worker does. */
export function watchTokenExpiry({ dataSource, log, intervalMs = 60_000 }: TokenExpiryOptions): Repetition {
  return repeatedly({ name: 'telling of tokens that expire', intervalMs, log }, async () => {
    let told: number
    do {
      told = await warnOfExpiry(dataSource)
      if (told > 0) log.info({ tokens: told }, 'users are told of tokens that expire')
    } while (told === BATCH)
  })
}

/**
 * Writes the events of API tokens that expire within a week, and within a day: each once, in one statement with the
 * note of it, whoever else does it at the same time. Nobody is told of what they chose themselves just now: a
 * token that was made for less than a week gets the second warning alone, one made for a day none. Returns how many were
 * written.
 */
export async function warnOfExpiry(dataSource: DataSource): Promise<number> {
  const written: unknown[] = await dataSource.query(
    `with due as (
       select id, case when expire_time < now() + interval '1 day' then 2 else 1 end as warnings
       from api_tokens
       where expire_time > now() and (
         (expire_time < now() + interval '1 day' and expiry_warnings < 2
           and expire_time - create_time > interval '1 day')
         or (expire_time >= now() + interval '1 day' and expire_time < now() + interval '7 days'
           and expiry_warnings < 1 and expire_time - create_time > interval '7 days'))
       order by expire_time limit ${BATCH}
       for update skip locked
     ), warned as (
       update api_tokens set expiry_warnings = due.warnings from due where api_tokens.id = due.id
       returning api_tokens.id, user_id, display_name, expire_time
     )
     insert into outbox (routing_key, payload)
     select 'identity.token_expiring.-',
       jsonb_build_object('token', id, 'user', user_id, 'display_name', display_name, 'expire_time', expire_time)
     from warned
     returning id`,
  )
  return written.length
}
