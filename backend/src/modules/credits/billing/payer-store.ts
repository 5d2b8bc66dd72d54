import { type Database, rows } from '../sql.ts'
import type { Prices } from './price.ts'

/** A class that has a price for a service, and what an organisation has of it. */
export interface Payer extends Prices {
  readonly classId: string
  readonly code: string
  readonly displayName: string
  readonly unit: string
  readonly decimals: number
  /** Expired or closed: it pays for nothing new. */
  readonly spent: boolean
  readonly available: bigint
  /** Left of the organisation's free use in this month. */
  readonly free: bigint
  readonly freePerMonth: bigint
  /** First day of this month in UTC, as YYYY-MM-DD. */
  readonly month: string
}

interface PayerRow {
  class_id: string
  code: string
  display_name: string
  unit: string
  decimals: number
  spent: boolean
  per_job: string
  per_task_second: string
  per_output_gb: string
  free_per_month: string
  available: string
  used: string
  month: string
}

/** The month of now(), which is when the transaction began. */
const month = `date_trunc('month', now() at time zone 'UTC')::date`

/** Those that can pay for a service, the one that expires first at the head; none when the service is free. */
export async function payersOf(
  database: Database,
  organizationId: string,
  serviceId: string,
): Promise<Payer[]> {
  const found = await rows<PayerRow>(
    database,
    `select price.class_id, class.code, class.display_name, class.unit, class.decimals,
       class.state <> 'ACTIVE' or coalesce(class.expire_time <= now(), false) as spent,
       price.per_job, price.per_task_second, price.per_output_gb, price.free_per_month,
       coalesce(account.balance, 0) as available, coalesce(free.used, 0) as used, ${month}::text as month
     from credit_prices as price
       join credit_classes as class on class.id = price.class_id
       left join credit_accounts as account on account.organization_id = $1::uuid
         and account.class_id = price.class_id and account.kind = 'AVAILABLE'
       left join credit_free_use as free on free.organization_id = $1::uuid and free.service = price.service
         and free.class_id = price.class_id and free.month = ${month}
     where price.service = $2
     order by class.expire_time nulls last, class.code`,
    [organizationId, serviceId],
  )
  return found.map((row) => {
    const freePerMonth = BigInt(row.free_per_month)
    return {
      classId: row.class_id,
      code: row.code,
      displayName: row.display_name,
      unit: row.unit,
      decimals: row.decimals,
      spent: row.spent,
      perJob: BigInt(row.per_job),
      perTaskSecond: BigInt(row.per_task_second),
      perOutputGb: BigInt(row.per_output_gb),
      available: BigInt(row.available),
      free: left(freePerMonth, BigInt(row.used)),
      freePerMonth,
      month: row.month,
    }
  })
}

/** Whether a service has a price, as SQL over its id. */
export function isPriced(serviceId: string): string {
  return `exists (select from credit_prices where service = ${serviceId})`
}

export async function hasPrice(database: Database, serviceId: string): Promise<boolean> {
  const [found] = await rows<{ priced: boolean }>(database, `select ${isPriced('$1')} as priced`, [serviceId])
  return found?.priced === true
}

export function left(limit: bigint, used: bigint): bigint {
  return used < limit ? limit - used : 0n
}
