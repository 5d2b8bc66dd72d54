import { type Database, rows } from '../sql.ts'
import type { Prices } from './price.ts'

export interface PriceRecord extends Prices {
  readonly serviceId: string
  readonly classCode: string
  readonly freePerMonth: bigint
  readonly updateTime: Date
}

export interface PriceChangeRecord {
  /** Rises with every change. */
  readonly id: bigint
  readonly time: Date
  readonly actorId: string
  readonly serviceId: string
  readonly classCode: string
  /** Undefined when the price was removed. */
  readonly price: (Prices & { readonly freePerMonth: bigint }) | undefined
}

interface AmountColumns {
  per_job: string
  per_task_second: string
  per_output_gb: string
  free_per_month: string
}

function amountsOf(row: AmountColumns) {
  return {
    perJob: BigInt(row.per_job),
    perTaskSecond: BigInt(row.per_task_second),
    perOutputGb: BigInt(row.per_output_gb),
    freePerMonth: BigInt(row.free_per_month),
  }
}

const amountColumns = 'per_job, per_task_second, per_output_gb, free_per_month'

/** By service, then the class that expires first. */
export async function listPrices(database: Database, limit: number): Promise<PriceRecord[]> {
  const found = await rows<AmountColumns & { service: string; code: string; update_time: Date }>(
    database,
    `select service, code, ${amountColumns}, update_time
     from credit_prices join credit_classes on credit_classes.id = class_id
     order by service, expire_time nulls last, code limit $1`,
    [limit],
  )
  return found.map((row) => ({
    ...amountsOf(row),
    serviceId: row.service,
    classCode: row.code,
    updateTime: row.update_time,
  }))
}

export interface NewPrice extends Prices {
  readonly serviceId: string
  readonly classId: string
  readonly freePerMonth: bigint
}

/** Sets a price and records who did; returns since when it holds. Nothing is recorded when it is the same already. */
export async function writePrice(database: Database, price: NewPrice, actorId: string): Promise<Date> {
  const { serviceId, classId, perJob, perTaskSecond, perOutputGb, freePerMonth } = price
  const [written] = await rows<{ update_time: Date }>(
    database,
    `with written as (
       insert into credit_prices (service, class_id, ${amountColumns}) values ($1, $2, $3, $4, $5, $6)
       on conflict (service, class_id) do update set per_job = excluded.per_job,
         per_task_second = excluded.per_task_second, per_output_gb = excluded.per_output_gb,
         free_per_month = excluded.free_per_month, update_time = now()
       where (credit_prices.per_job, credit_prices.per_task_second, credit_prices.per_output_gb,
         credit_prices.free_per_month)
         is distinct from (excluded.per_job, excluded.per_task_second, excluded.per_output_gb,
           excluded.free_per_month)
       returning service, class_id, ${amountColumns}, update_time
     ), recorded as (
       insert into credit_price_changes (actor_id, service, class_id, ${amountColumns})
       select $7, service, class_id, ${amountColumns} from written
     )
     select update_time from written
     union all
     select update_time from credit_prices
     where service = $1 and class_id = $2 and not exists (select from written)`,
    [serviceId, classId, perJob, perTaskSecond, perOutputGb, freePerMonth, actorId],
  )
  if (written === undefined) throw new Error(`the price of ${serviceId} was not written`)
  return written.update_time
}

/** False when there was no such price. */
export async function deletePrice(
  database: Database,
  serviceId: string,
  classId: string,
  actorId: string,
): Promise<boolean> {
  const removed = await rows(
    database,
    `with removed as (
       delete from credit_prices where service = $1 and class_id = $2 returning service, class_id
     )
     insert into credit_price_changes (actor_id, service, class_id)
     select $3, service, class_id from removed returning id`,
    [serviceId, classId, actorId],
  )
  return removed.length > 0
}

/** Newest first. */
export async function listPriceChanges(
  database: Database,
  before: bigint | undefined,
  limit: number,
): Promise<PriceChangeRecord[]> {
  const found = await rows<
    { [Column in keyof AmountColumns]: string | null } & {
      id: string
      time: Date
      actor_id: string
      service: string
      code: string
    }
  >(
    database,
    `select change.id, time, actor_id, service, code, ${amountColumns}
     from credit_price_changes as change join credit_classes on credit_classes.id = class_id
     where $1::bigint is null or change.id < $1::bigint
     order by change.id desc limit $2`,
    [before ?? null, limit],
  )
  return found.map((row) => ({
    id: BigInt(row.id),
    time: row.time,
    actorId: row.actor_id,
    serviceId: row.service,
    classCode: row.code,
    price: row.per_job === null ? undefined : amountsOf(row as AmountColumns),
  }))
}
