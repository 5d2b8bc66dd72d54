import { type Database, rows } from '../sql.ts'
import type { Period } from '../statement/time-range.ts'
import type { ComplianceLine } from './compliance.ts'

interface LineRow {
  organization_id: string
  class_id: string
  opening: string
  issued: string
  awarded: string
  adjusted: string
  bought: string
  sold: string
  used: string
  reduced: string
  closing: string
  deficit: string
}

/**
 * Lines of these organisations, by organisation. One statement, so that all of it is of one moment. Opening and closing
 * are balances of accounts at the ends of the period, the rest is summed up from what was booked within it: that both
 * agree is the ledger's doing. Holds and releases move credits between accounts of one organisation, and sum to zero.
 */
export async function complianceLines(
  database: Database,
  organizationIds: readonly string[],
  { startTime, endTime }: Period,
): Promise<Map<string, ComplianceLine[]>> {
  const found = await rows<LineRow>(
    database,
    `with booked as (
       select posting.organization_id, posting.class_id,
         sum(posting.amount) filter (where transaction.kind = 'ISSUANCE') as issued,
         sum(posting.amount) filter (where transaction.kind = 'AWARD') as awarded,
         sum(posting.amount) filter (where transaction.kind in ('ADJUSTMENT', 'REVERSAL')) as adjusted,
         sum(posting.amount) filter (where transaction.kind = 'TRANSFER' and posting.account_kind = 'AVAILABLE'
           and posting.amount > 0) as bought,
         -sum(posting.amount) filter (where transaction.kind = 'TRANSFER' and not (
           posting.account_kind = 'AVAILABLE' and posting.amount > 0)) as sold,
         -sum(posting.amount) filter (where transaction.kind = 'JOB_CAPTURE') as used,
         -sum(posting.amount) filter (where transaction.kind = 'REDUCTION') as reduced
       from credit_postings as posting
       join credit_transactions as transaction on transaction.id = posting.transaction_id
       where posting.organization_id = any($1::uuid[]) and posting.time >= $2::timestamptz
         and posting.time < $3::timestamptz
       group by posting.organization_id, posting.class_id
     ), balance as (
       select account.organization_id, account.class_id, sum(opening.balance_after) as opening,
         sum(closing.balance_after) as closing
       from credit_accounts as account
       ${lastBefore('opening', '$2')} ${lastBefore('closing', '$3')}
       where account.organization_id = any($1::uuid[])
       group by account.organization_id, account.class_id
     ), deficit as (
       select line.organization_id, line.class_id, sum(line.deficit) as deficit
       from credit_booking_rows as line join credit_bookings as booking on booking.id = line.booking_id
       where line.organization_id = any($1::uuid[]) and line.deficit > 0 and booking.state = 'BOOKED'
         and booking.decide_time >= $2::timestamptz and booking.decide_time < $3::timestamptz
       group by line.organization_id, line.class_id
     )
     select organization_id, class_id, coalesce(opening, 0) as opening, coalesce(issued, 0) as issued,
       coalesce(awarded, 0) as awarded, coalesce(adjusted, 0) as adjusted, coalesce(bought, 0) as bought,
       coalesce(sold, 0) as sold, coalesce(used, 0) as used, coalesce(reduced, 0) as reduced,
       coalesce(closing, 0) as closing, coalesce(deficit, 0) as deficit
     from balance
     left join booked using (organization_id, class_id)
     full join deficit using (organization_id, class_id)
     join credit_classes as class on class.id = class_id
     where booked.class_id is not null or coalesce(opening, 0) <> 0 or deficit is not null
     order by organization_id, class.code`,
    [organizationIds, startTime.toISOString(), endTime.toISOString()],
  )
  const lines = new Map<string, ComplianceLine[]>()
  for (const row of found) {
    const line = lineOf(row)
    const known = lines.get(row.organization_id)
    if (known === undefined) lines.set(row.organization_id, [line])
    else known.push(line)
  }
  return lines
}

function lastBefore(name: string, time: string): string {
  return `left join lateral (
      select posting.balance_after from credit_postings as posting
      where posting.account_id = account.id and posting.time < ${time}::timestamptz
      order by posting.time desc limit 1
    ) as ${name} on true`
}

function lineOf(row: LineRow): ComplianceLine {
  return {
    classId: row.class_id,
    opening: BigInt(row.opening),
    issued: BigInt(row.issued),
    awarded: BigInt(row.awarded),
    adjusted: BigInt(row.adjusted),
    bought: BigInt(row.bought),
    sold: BigInt(row.sold),
    used: BigInt(row.used),
    reduced: BigInt(row.reduced),
    closing: BigInt(row.closing),
    deficit: BigInt(row.deficit),
  }
}
