import { type Database, rows } from '../sql.ts'

/** Something that the ledger and what it was booked for say differently. */
export interface Discrepancy {
  readonly reason: DiscrepancyReason
  /** For people. */
  readonly message: string
  /** "organizations/{slug}/jobs/{uuid}", "transfers/{uuid}", "creditBookings/{uuid}" or "creditClasses/{code}". */
  readonly resource: string
}

export type DiscrepancyReason =
  | 'CLASS_UNBALANCED'
  | 'HELD_DIFFERS_FROM_HOLDS'
  | 'HOLD_WITHOUT_JOB'
  | 'JOB_WITHOUT_HOLD'
  | 'JOB_HOLD_DIFFERS'
  | 'JOB_CAPTURE_DIFFERS'
  | 'HOLD_WITHOUT_TRANSFER'
  | 'TRANSFER_WITHOUT_HOLD'
  | 'TRANSFER_HOLD_DIFFERS'
  | 'TRANSFER_NOT_BOOKED'
  | 'BOOKING_NOT_BOOKED'

/** One SELECT each, of `resource` and the two amounts of the message. */
interface Comparison {
  readonly reason: DiscrepancyReason
  readonly sql: string
  message(row: Found): string
}

interface Found {
  resource: string
  found: string | null
  expected: string | null
}

const jobResource = `'organizations/' || organization.slug || '/jobs/' ||`

/** The states of a transfer in which its credits are set aside. */
const holdingTransfer = `(transfer.state in ('ACCEPTED', 'RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION', 'APPROVED')
  or transfer.state = 'PROPOSED' and transfer.direction = 'SELL')`

/**
 * Here alone credits reads the table of jobs: what two modules say is compared, and neither one's code can be asked
 * whether it is right.
 */
const comparisons: readonly Comparison[] = [
  {
    reason: 'CLASS_UNBALANCED',
    sql: `select 'creditClasses/' || class.code as resource, sum(account.balance)::text as found, '0' as expected
      from credit_accounts as account join credit_classes as class on class.id = account.class_id
      group by class.code having sum(account.balance) <> 0 order by class.code`,
    message: ({ found }) => `All accounts of the class sum to ${found} instead of 0.`,
  },
  {
    reason: 'HELD_DIFFERS_FROM_HOLDS',
    sql: `select 'creditClasses/' || class.code as resource, coalesce(held.amount, 0)::text as found,
        coalesce(open.amount, 0)::text as expected
      from credit_classes as class
      left join (
        select class_id, sum(balance) as amount from credit_accounts where kind = 'HELD' group by class_id
      ) as held on held.class_id = class.id
      left join (
        select class_id, sum(amount) as amount from credit_holds where state = 'OPEN' group by class_id
      ) as open on open.class_id = class.id
      where coalesce(held.amount, 0) <> coalesce(open.amount, 0) order by class.code`,
    message: ({ found, expected }) => `${found} are held, and open holds are of ${expected}.`,
  },
  {
    reason: 'HOLD_WITHOUT_JOB',
    sql: `select ${jobResource} hold.purpose_id as resource, hold.amount::text as found, null as expected
      from credit_holds as hold join organizations as organization on organization.id = hold.organization_id
      where hold.state = 'OPEN' and hold.purpose = 'JOB'
        and not exists (select from jobs where id = hold.purpose_id and charge_state = 'HELD')
        and not exists (select from credit_immediate_holds where id = hold.purpose_id)
      order by hold.id`,
    message: ({ found }) => `${found} are held for a job that does not need them.`,
  },
  {
    reason: 'JOB_WITHOUT_HOLD',
    sql: `select ${jobResource} job.id as resource, null as found, job.charge_at_most::text as expected
      from jobs as job join organizations as organization on organization.id = job.organization_id
      where job.charge_state = 'HELD' and job.charge_at_most > 0 and not exists (
        select from credit_holds where purpose = 'JOB' and purpose_id = job.id and state = 'OPEN')
      order by job.id`,
    message: ({ expected }) => `Nothing is held for a job that needs ${expected}.`,
  },
  {
    reason: 'JOB_HOLD_DIFFERS',
    sql: `select ${jobResource} job.id as resource, hold.amount::text as found, job.charge_at_most::text as expected
      from credit_holds as hold
      join jobs as job on job.id = hold.purpose_id and job.charge_state = 'HELD'
      join organizations as organization on organization.id = job.organization_id
      where hold.state = 'OPEN' and hold.purpose = 'JOB'
        and (hold.amount <> job.charge_at_most or hold.class_id <> job.charge_class_id
          or hold.organization_id <> job.organization_id)
      order by job.id`,
    message: ({ found, expected }) =>
      `${found} are held for a job that needs ${expected}, or of another class.`,
  },
  {
    reason: 'JOB_CAPTURE_DIFFERS',
    sql: `select ${jobResource} job.id as resource, hold.captured::text as found,
        job.charge_captured::text as expected
      from credit_holds as hold
      join jobs as job on job.id = hold.purpose_id and job.charge_state = 'SETTLED'
      join organizations as organization on organization.id = job.organization_id
      where hold.state = 'CLOSED' and hold.purpose = 'JOB' and hold.captured <> job.charge_captured
      order by job.id`,
    message: ({ found, expected }) => `${found} were paid for a job that says ${expected}.`,
  },
  {
    reason: 'HOLD_WITHOUT_TRANSFER',
    sql: `select 'transfers/' || hold.purpose_id as resource, hold.amount::text as found, null as expected
      from credit_holds as hold
      where hold.state = 'OPEN' and hold.purpose = 'TRANSFER' and not exists (
        select from credit_transfers as transfer where transfer.id = hold.purpose_id and ${holdingTransfer})
      order by hold.id`,
    message: ({ found }) => `${found} are held for a transfer that does not need them.`,
  },
  {
    reason: 'TRANSFER_WITHOUT_HOLD',
    sql: `select 'transfers/' || transfer.id as resource, null as found, transfer.amount::text as expected
      from credit_transfers as transfer
      where ${holdingTransfer} and not exists (
        select from credit_holds where purpose = 'TRANSFER' and purpose_id = transfer.id and state = 'OPEN')
      order by transfer.id`,
    message: ({ expected }) => `Nothing is held for a transfer of ${expected}.`,
  },
  {
    reason: 'TRANSFER_HOLD_DIFFERS',
    sql: `select 'transfers/' || transfer.id as resource, hold.amount::text as found,
        transfer.amount::text as expected
      from credit_holds as hold join credit_transfers as transfer on transfer.id = hold.purpose_id
      where hold.state = 'OPEN' and hold.purpose = 'TRANSFER'
        and (hold.amount <> transfer.amount or hold.class_id <> transfer.class_id
          or hold.organization_id <> transfer.seller_id)
      order by transfer.id`,
    message: ({ found, expected }) =>
      `${found} are held for a transfer of ${expected}, or not of the seller or the class.`,
  },
  {
    reason: 'TRANSFER_NOT_BOOKED',
    sql: `select 'transfers/' || transfer.id as resource, coalesce(booked.amount, 0)::text as found,
        case when transfer.state = 'RECORDED' then transfer.amount else 0 end::text as expected
      from credit_transfers as transfer
      left join lateral (
        select sum(posting.amount) as amount from credit_transactions as transaction
        join credit_postings as posting on posting.transaction_id = transaction.id
        where transaction.reference_id = transfer.id and transaction.kind = 'TRANSFER'
          and posting.organization_id = transfer.buyer_id and posting.class_id = transfer.class_id
      ) as booked on true
      where coalesce(booked.amount, 0) <> case when transfer.state = 'RECORDED' then transfer.amount else 0 end
      order by transfer.id`,
    message: ({ found, expected }) => `The buyer got ${found} by the transfer instead of ${expected}.`,
  },
  {
    reason: 'BOOKING_NOT_BOOKED',
    sql: `select distinct 'creditBookings/' || booking.id as resource, booking.row_count::text as found,
        null as expected
      from credit_bookings as booking join credit_booking_rows as entry on entry.booking_id = booking.id
      where (entry.transaction_id is not null and (booking.state <> 'BOOKED' or not exists (
          select from credit_transactions where id = entry.transaction_id)))
        or (booking.state = 'BOOKED' and entry.transaction_id is null and abs(entry.amount) > entry.deficit)
      order by resource`,
    message: () => 'The rows of the booking and the transactions of the ledger do not agree.',
  },
]

/** The first ones, in the order of the comparisons. */
export async function discrepanciesIn(database: Database, atMost: number): Promise<Discrepancy[]> {
  const discrepancies: Discrepancy[] = []
  for (const { reason, sql, message } of comparisons) {
    const left = atMost - discrepancies.length
    if (left === 0) break
    const found = await rows<Found>(database, `${sql} limit ${left}`, [])
    discrepancies.push(...found.map((row) => ({ reason, message: message(row), resource: row.resource })))
  }
  return discrepancies
}
