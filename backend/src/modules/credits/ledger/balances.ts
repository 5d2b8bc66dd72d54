import { type Database, rows } from '../sql.ts'

/** What an organisation has of one class, in its smallest unit. */
export interface Balance {
  readonly organizationId: string
  readonly classId: string
  readonly available: bigint
  readonly held: bigint
  /** Of `held`. Zero at a point in time. */
  readonly heldForJobs: bigint
  readonly heldForTransfers: bigint
  /** Below which people are told; 0 for never, and at a point in time. */
  readonly lowBalance: bigint
}

interface BalanceRow {
  organization_id: string
  class_id: string
  available: string
  held: string
  held_for_jobs: string
  held_for_transfers: string
  low_balance: string
}

/**
 * Of every class that the organisation ever had anything of, by class id.
 *
 * @param at the balances at the end of this moment, by one look into an index per account. Default: now.
 */
export async function organizationBalances(
  database: Database,
  organizationId: string,
  at?: Date,
): Promise<Balance[]> {
  if (at !== undefined) return balancesAt(database, organizationId, at)
  const found = await rows<BalanceRow>(
    database,
    `${currentBalances} where account.organization_id = $1 and account.kind = 'AVAILABLE' order by account.class_id`,
    [organizationId],
  )
  return found.map(balanceOf)
}

/** In the order of what is asked for; all zero where there has never been anything. */
export async function balancesOf(
  database: Database,
  keys: readonly Readonly<{ organizationId: string; classId: string }>[],
): Promise<Balance[]> {
  const found = await rows<BalanceRow>(
    database,
    `${currentBalances} where account.id in (
       select credit_account_id('AVAILABLE', asked.class_id, asked.organization_id)
       from unnest($1::uuid[], $2::uuid[]) as asked (organization_id, class_id))`,
    [keys.map(({ organizationId }) => organizationId), keys.map(({ classId }) => classId)],
  )
  const known = new Map(found.map((row) => [`${row.organization_id} ${row.class_id}`, balanceOf(row)]))
  return keys.map(({ organizationId, classId }) => {
    const none = { available: 0n, held: 0n, heldForJobs: 0n, heldForTransfers: 0n, lowBalance: 0n }
    return known.get(`${organizationId} ${classId}`) ?? { organizationId, classId, ...none }
  })
}

/** HELD and AVAILABLE are made together, so an AVAILABLE account stands for both. */
const currentBalances = `
  select account.organization_id, account.class_id, account.balance as available, account.low_balance,
    coalesce(held.balance, 0) as held, coalesce(open.jobs, 0) as held_for_jobs,
    coalesce(open.transfers, 0) as held_for_transfers
  from credit_accounts as account
  left join credit_accounts as held
    on held.id = credit_account_id('HELD', account.class_id, account.organization_id)
  left join lateral (
    select sum(amount) filter (where purpose = 'JOB')::bigint as jobs,
      sum(amount) filter (where purpose = 'TRANSFER')::bigint as transfers
    from credit_holds as hold
    where hold.organization_id = account.organization_id and hold.class_id = account.class_id
      and hold.state = 'OPEN'
  ) as open on true`

async function balancesAt(database: Database, organizationId: string, at: Date): Promise<Balance[]> {
  const found = await rows<BalanceRow>(
    database,
    `select account.organization_id, account.class_id,
       coalesce(sum(last.balance_after) filter (where account.kind = 'AVAILABLE'), 0)::bigint as available,
       coalesce(sum(last.balance_after) filter (where account.kind = 'HELD'), 0)::bigint as held,
       0 as held_for_jobs, 0 as held_for_transfers, 0 as low_balance
     from credit_accounts as account
     join lateral (
       select posting.balance_after from credit_postings as posting
       -- All of its last millisecond.
       where posting.account_id = account.id and posting.time < $2::timestamptz + interval '1 ms'
       order by posting.time desc limit 1
     ) as last on true
     where account.organization_id = $1
     group by account.organization_id, account.class_id order by account.class_id`,
    [organizationId, at.toISOString()],
  )
  return found.map(balanceOf)
}

function balanceOf(row: BalanceRow): Balance {
  return {
    organizationId: row.organization_id,
    classId: row.class_id,
    available: BigInt(row.available),
    held: BigInt(row.held),
    heldForJobs: BigInt(row.held_for_jobs),
    heldForTransfers: BigInt(row.held_for_transfers),
    lowBalance: BigInt(row.low_balance),
  }
}
