import type { DataSource } from 'typeorm'
import type { Ids } from './ids.ts'
import type { Booked, Model } from './model.ts'
import type { ClassCode, Member } from './world.ts'

export interface Observation {
  /** As `stateText` of a model that is right. */
  readonly text: string
  /** What must never be, whatever was done. */
  readonly violations: readonly string[]
}

interface AccountRow {
  slug: string | null
  code: string
  available: string
  held: string
  for_jobs: string
  for_transfers: string
}

/** Reads what is there, and lets `ids` know what was made. */
export async function observe(database: DataSource, ids: Ids): Promise<Observation> {
  const lines: string[] = []
  const violations: string[] = []
  const accounts: AccountRow[] = await database.query(
    `
    select slug, code,
      coalesce(sum(balance) filter (where account.kind = 'AVAILABLE'), 0) as available,
      coalesce(sum(balance) filter (where account.kind = 'HELD'), 0) as held,
      (select coalesce(sum(amount), 0) from credit_holds as hold where hold.class_id = class.id
         and hold.organization_id = organization.id and state = 'OPEN' and purpose = 'JOB') as for_jobs,
      (select coalesce(sum(amount), 0) from credit_holds as hold where hold.class_id = class.id
         and hold.organization_id = organization.id and state = 'OPEN' and purpose = 'TRANSFER') as for_transfers
    from organizations as organization cross join credit_classes as class
    left join credit_accounts as account
      on account.class_id = class.id and account.organization_id = organization.id
    where class.id = any ($1)
    group by organization.id, slug, class.id, code`,
    [ids.classIds],
  )
  for (const { slug, code: name, available, held, for_jobs, for_transfers } of accounts) {
    const code = ids.inPlan(name)
    if (BigInt(held) !== BigInt(for_jobs) + BigInt(for_transfers)) {
      violations.push(
        `${slug} holds ${held} ${code}, of ${for_jobs} for jobs and ${for_transfers} for transfers`,
      )
    }
    if (`${available} ${for_jobs} ${for_transfers}` !== '0 0 0') {
      lines.push(`${slug}/${code} ${available} ${for_jobs}+${for_transfers}`)
    }
  }
  const classes: { code: string; issuance: string; sink: string; state: string }[] = await database.query(
    `
    select code, coalesce(sum(balance) filter (where kind = 'ISSUANCE'), 0) as issuance,
      coalesce(sum(balance) filter (where kind = 'SINK'), 0) as sink,
      case when expire_time < now() then 'EXPIRED' else state end as state
    from credit_classes as class left join credit_accounts as account on account.class_id = class.id
    where class.id = any ($1)
    group by class.id`,
    [ids.classIds],
  )
  for (const { code: name, issuance, sink, state } of classes) {
    const code = ids.inPlan(name)
    if (issuance !== '0' || sink !== '0') lines.push(`${code} ${issuance} ${sink}`)
    lines.push(`${code} ${state}`)
  }
  const transfers: { id: string; number: string; state: string }[] = await database.query(
    `select id, price_per_credit_micros as number, state from credit_transfers where class_id = any ($1)`,
    [ids.classIds],
  )
  for (const { id, number, state } of transfers) {
    ids.learnTransfer(`t${number}`, id)
    lines.push(`t${number} ${state}`)
  }
  const bookings: { id: string; display_name: string; state: string }[] = await database.query(
    `select id, display_name, state from credit_bookings`,
  )
  for (const { id, display_name, state } of bookings) {
    const key = ids.inPlan(display_name)
    if (key === undefined) continue
    ids.learnBooking(key, id)
    lines.push(`${key} ${state}`)
  }
  return { text: lines.sort().join('\n'), violations }
}

/** The model with the transactions that were booked since, which may be undone from now on. */
export async function withBooked(database: DataSource, ids: Ids, model: Model): Promise<Model> {
  const found: { id: string; kind: string; code: string; changes: Record<Member, string> | null }[] =
    await database.query(
      `select transaction.id, transaction.kind, code, (
         select json_object_agg(slug, change::text) from (
           select slug, sum(amount) as change from credit_postings as posting
           join organizations as organization on organization.id = posting.organization_id
           where transaction_id = transaction.id group by slug
         ) as changed
       ) as changes
       from credit_transactions as transaction join credit_classes as class on class.id = class_id
       where transaction.id <> all ($1::uuid[]) and class.id = any ($2) order by time, transaction.id`,
      [[...model.booked.keys()], ids.classIds],
    )
  const booked = new Map<string, Booked>(model.booked)
  for (const { id, kind, code, changes } of found) {
    const amounts = Object.entries(changes ?? {}).map(
      ([slug, change]) => [slug as Member, BigInt(change)] as const,
    )
    booked.set(id, { kind, creditClass: ids.inPlan(code) as ClassCode, changes: new Map(amounts) })
  }
  return { ...model, booked }
}
