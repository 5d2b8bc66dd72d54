import { type Database, rows } from '../sql.ts'

/**
 * PostgreSQL channel that tells whoever resumes jobs that wait for credits: an organisation, by its id, has more of
 * them, or a job more that waits; by an empty payload, prices have changed for all. The ledger tells it of
 * organisations that are known to wait.
 */
export const creditsChannel = 'credits_available'

/** Has an organisation's waiting jobs looked at when the transaction commits; those of all without one. */
export async function announceCredits(database: Database, organizationId = ''): Promise<void> {
  await rows(database, `select pg_notify('${creditsChannel}', $1)`, [organizationId])
}

/**
 * Makes it known that jobs of an organisation wait, so that it is announced when it gets credits. It is announced once
 * now, too: what arrived since its balance was read would otherwise be missed.
 */
export async function waitForCredits(database: Database, organizationId: string): Promise<void> {
  await rows(
    database,
    `with waiter as (
       insert into credit_waiters (organization_id) values ($1) on conflict do nothing
     )
     select pg_notify('${creditsChannel}', $1::text)`,
    [organizationId],
  )
}

/** Corrects what is known of who waits, by who was found to. */
export async function setWaiting(
  database: Database,
  organizationId: string,
  waiting: boolean,
): Promise<void> {
  await rows(
    database,
    waiting
      ? `insert into credit_waiters (organization_id) values ($1) on conflict do nothing`
      : `delete from credit_waiters where organization_id = $1`,
    [organizationId],
  )
}
