import { type Database, rows } from '../sql.ts'

export interface FreeUse {
  readonly organizationId: string
  readonly serviceId: string
  readonly classId: string
  /** First day, as YYYY-MM-DD. */
  readonly month: string
}

/** Locks what an organisation has used of its free use in a month, and tells it. */
export async function lockFreeUse(database: Database, use: FreeUse): Promise<bigint> {
  const [locked] = await rows<{ used: string }>(
    database,
    `insert into credit_free_use (organization_id, service, class_id, month, used) values ($1, $2, $3, $4, 0)
     on conflict (organization_id, service, class_id, month) do update set used = credit_free_use.used
     returning used`,
    [use.organizationId, use.serviceId, use.classId, use.month],
  )
  return BigInt(locked?.used ?? 0)
}

export async function reserveFreeUse(database: Database, use: FreeUse, amount: bigint): Promise<void> {
  await rows(
    database,
    `update credit_free_use set used = used + $5::bigint
     where organization_id = $1 and service = $2 and class_id = $3 and month = $4`,
    [use.organizationId, use.serviceId, use.classId, use.month, amount],
  )
}

/** Gives back what was reserved and not needed; rows are locked in the order of their keys. */
export async function returnFreeUse(
  database: Database,
  returned: readonly (FreeUse & { readonly amount: bigint })[],
): Promise<void> {
  if (returned.length === 0) return
  const given = returned.map((each) => ({
    organization_id: each.organizationId,
    service: each.serviceId,
    class_id: each.classId,
    month: each.month,
    amount: String(each.amount),
  }))
  await rows(
    database,
    `with given as (
       select organization_id, service, class_id, month, sum(amount)::bigint as amount
       from jsonb_to_recordset($1::jsonb)
         as given (organization_id uuid, service text, class_id uuid, month date, amount bigint)
       group by organization_id, service, class_id, month
     ), locked as (
       select free.organization_id, free.service, free.class_id, free.month
       from credit_free_use as free
       where (organization_id, service, class_id, month)
         in (select organization_id, service, class_id, month from given)
       order by organization_id, service, class_id, month for update
     )
     update credit_free_use as free set used = free.used - given.amount
     from locked join given using (organization_id, service, class_id, month)
     where (free.organization_id, free.service, free.class_id, free.month)
       = (locked.organization_id, locked.service, locked.class_id, locked.month)`,
    [JSON.stringify(given)],
  )
}
