import type { TransactionKind, TransactionReference } from '../ledger/index.ts'
import { type Database, rows } from '../sql.ts'

/** A place in the order of transactions: time as PostgreSQL writes it, with its microseconds. */
export interface TransactionCursor {
  readonly time: string
  readonly id: string
}

/** Which transactions; in the order of their times, and of ids where those are equal. */
export interface TransactionFilter {
  /** Those that changed its balances. */
  readonly organizationId?: string | undefined
  readonly classId?: string | undefined
  /** Empty means all. */
  readonly kinds: readonly TransactionKind[]
  /** time in [startTime, endTime) */
  readonly startTime?: Date | undefined
  readonly endTime?: Date | undefined
  readonly reference?: TransactionReference | undefined
  /** Of the organisation's accounts, by id: sequences up to which postings are read. Default: all. */
  readonly bounds?: Readonly<Record<string, string>> | undefined
  readonly order: 'newest first' | 'oldest first'
}

/** SQL of a page's lines: reads `wanted` (time, transaction_id), and gives them a column "cursor_time" and "id". */
export type LinesSql = (value: (given: unknown) => string) => string

interface Step {
  readonly after: TransactionCursor | undefined
  /** Transactions that are looked at, and those of them that are taken. */
  readonly scanned: number
  readonly wanted: number
}

/** What is told of each read besides its lines. */
interface StatsRow {
  scanned_count: number
  last_time: string | null
  last_id: string | null
}

/** Transactions that a statement looks at when no index tells which are wanted: few at first, as many kinds are common. */
const FIRST_WINDOW = 1_000
const WINDOW_GROWTH = 4
const WINDOW_MAX = 64_000
/** After that a page is as long as it is, and the next one goes on. */
const BUDGET_MS = 3_000

/**
 * One page. When the kinds are rare among the organisation's transactions it may be shorter than asked for, also empty,
 * though there is a next one: a call ends in seconds, whatever it looks for.
 */
export async function scanPage<Row extends { id: string; cursor_time: string }>(
  database: Database,
  filter: TransactionFilter,
  lines: LinesSql,
  after: TransactionCursor | undefined,
  size: number,
): Promise<{ rows: Row[]; next: TransactionCursor | undefined }> {
  const found: Row[] = []
  const beginMs = performance.now()
  let window = FIRST_WINDOW
  for (let last = after; ; window = Math.min(window * WINDOW_GROWTH, WINDOW_MAX)) {
    const wanted = size + 1 - found.length
    const scanned = isIndexed(filter) ? wanted : window
    const step = await scanStep<Row>(database, filter, lines, { after: last, scanned, wanted })
    found.push(...step.rows)
    const shown = found[size - 1]
    if (found.length > size && shown !== undefined) {
      return { rows: found.slice(0, size), next: { time: shown.cursor_time, id: shown.id } }
    }
    if (step.scannedCount < scanned || step.last === undefined) return { rows: found, next: undefined }
    last = step.last
    if (performance.now() - beginMs > BUDGET_MS) return { rows: found, next: last }
  }
}

/** All of them, in batches; each is read when it is asked for. */
export async function* scanAll<Row extends { id: string; cursor_time: string }>(
  database: Database,
  filter: TransactionFilter,
  lines: LinesSql,
  batchSize: number,
): AsyncGenerator<Row[], void> {
  let after: TransactionCursor | undefined
  for (;;) {
    const step = await scanStep<Row>(database, filter, lines, {
      after,
      scanned: batchSize,
      wanted: batchSize,
    })
    if (step.rows.length > 0) yield step.rows
    if (step.scannedCount < batchSize || step.last === undefined) return
    after = step.last
  }
}

async function scanStep<Row extends { id: string }>(
  database: Database,
  filter: TransactionFilter,
  lines: LinesSql,
  step: Step,
): Promise<{ rows: Row[]; scannedCount: number; last: TransactionCursor | undefined }> {
  const values: unknown[] = []
  const value = (given: unknown): string => {
    values.push(given)
    return `$${values.length}`
  }
  const [forth, back] = filter.order === 'newest first' ? ['desc', 'asc'] : ['asc', 'desc']
  const statement = `
    with scanned as materialized (${scannedSql(filter, step, value)}),
    wanted as materialized (${wantedSql(filter, step, value)}),
    stats as (
      select count(*)::integer as scanned_count,
        (select time::text from scanned order by time ${back}, transaction_id ${back} limit 1) as last_time,
        (select transaction_id from scanned order by time ${back}, transaction_id ${back} limit 1) as last_id
      from scanned
    )
    select stats.*, line.* from stats left join lateral (${lines(value)}) as line on true
    order by line.time ${forth}, line.id ${forth}`
  const found = await rows<StatsRow & Row>(database, statement, values)
  const [first] = found
  const last =
    first?.last_time == null || first.last_id == null
      ? undefined
      : { time: first.last_time, id: first.last_id }
  // Without lines there is one row, of the figures alone.
  const lineRows = found.filter(({ id }) => id !== null)
  return { rows: lineRows, scannedCount: first?.scanned_count ?? 0, last }
}

/** Kinds that people book, few beside those of jobs and transfers: credit_transactions_booked lists them. */
const bookedKinds: readonly TransactionKind[] = ['ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT', 'REVERSAL']
const booked = bookedKinds.map((kind) => `'${kind}'`).join(', ')

function isBookedOnly({ kinds }: TransactionFilter): boolean {
  return kinds.length > 0 && kinds.every((kind) => bookedKinds.includes(kind))
}

/** Whether what is scanned is what is wanted. */
function isIndexed(filter: TransactionFilter): boolean {
  if (filter.reference !== undefined || isBookedOnly(filter)) return true
  return filter.kinds.length === 0 && (filter.organizationId !== undefined || filter.classId === undefined)
}

function scannedSql(filter: TransactionFilter, { after, scanned }: Step, value: (given: unknown) => string) {
  const { organizationId, classId, kinds, startTime, endTime, reference, bounds, order } = filter
  const [direction, beyond] = order === 'newest first' ? ['desc', '<'] : ['asc', '>']
  const range = (time: string, id: string): string => {
    const conditions = [
      ...(startTime === undefined ? [] : [`${time} >= ${value(startTime.toISOString())}::timestamptz`]),
      ...(endTime === undefined ? [] : [`${time} < ${value(endTime.toISOString())}::timestamptz`]),
    ]
    if (after !== undefined) {
      const [afterTime, afterId] = [value(after.time), value(after.id)]
      // The first says no more than the second, but to an index that has no ids.
      conditions.push(`${time} ${beyond}= ${afterTime}::timestamptz`)
      conditions.push(`(${time}, ${id}) ${beyond} (${afterTime}::timestamptz, ${afterId}::uuid)`)
    }
    return conditions.map((condition) => `and ${condition}`).join(' ')
  }
  const bounded =
    bounds === undefined
      ? ''
      : `and posting.sequence <= (${value(JSON.stringify(bounds))}::jsonb ->> posting.account_id::text)::bigint`
  const ordered = `order by time ${direction}, transaction_id ${direction} limit ${value(scanned)}`

  if (reference !== undefined || isBookedOnly(filter)) {
    const conditions = [
      ...(classId === undefined ? [] : [`transaction.class_id = ${value(classId)}::uuid`]),
      ...(organizationId === undefined
        ? []
        : [
            `exists (select from credit_postings as posting where posting.transaction_id = transaction.id
              and posting.organization_id = ${value(organizationId)}::uuid ${bounded})`,
          ]),
    ].map((condition) => `and ${condition}`)
    const matching = `${conditions.join(' ')} ${range('transaction.time', 'transaction.id')}`
    const columns = 'transaction.time, transaction.id as transaction_id'
    if (reference !== undefined) {
      const ofKinds = kinds.length === 0 ? '' : `and transaction.kind = any(${value(kinds)}::text[])`
      return `select ${columns} from credit_transactions as transaction
        where transaction.reference_id = ${value(reference.id)}::uuid
          and transaction.reference_kind = ${value(reference.kind)} ${ofKinds} ${matching} ${ordered}`
    }
    return `select found.* from unnest(${value(kinds)}::text[]) as asked (kind) cross join lateral (
        select ${columns} from credit_transactions as transaction
        where transaction.kind = asked.kind and transaction.kind in (${booked}) ${matching} ${ordered}
      ) as found ${ordered}`
  }
  if (organizationId === undefined) {
    return `select transaction.time, transaction.id as transaction_id from credit_transactions as transaction
      where true ${range('transaction.time', 'transaction.id')} ${ordered}`
  }
  const organization = `${value(organizationId)}::uuid`
  const columns = 'posting.time, posting.transaction_id'
  const inRange = `${range('posting.time', 'posting.transaction_id')} ${bounded}`
  if (classId === undefined) {
    return `select ${columns} from credit_postings as posting
      where posting.organization_id = ${organization} ${inRange} group by ${columns} ${ordered}`
  }
  // Times of an account never repeat.
  return `select found.* from unnest(array['AVAILABLE', 'HELD']) as account (kind) cross join lateral (
      select ${columns} from credit_postings as posting
      where posting.account_id = credit_account_id(account.kind, ${value(classId)}::uuid, ${organization}) ${inRange}
      order by posting.time ${direction} limit ${value(scanned)}
    ) as found group by time, transaction_id ${ordered}`
}

function wantedSql(filter: TransactionFilter, { wanted }: Step, value: (given: unknown) => string): string {
  if (isIndexed(filter)) return 'select * from scanned'
  const { kinds, organizationId, classId, order } = filter
  const direction = order === 'newest first' ? 'desc' : 'asc'
  const conditions = [
    ...(kinds.length === 0 ? [] : [`transaction.kind = any(${value(kinds)}::text[])`]),
    ...(classId === undefined || organizationId !== undefined
      ? []
      : [`transaction.class_id = ${value(classId)}::uuid`]),
  ]
  return `select scanned.* from scanned join credit_transactions as transaction
      on transaction.id = scanned.transaction_id
    where ${conditions.join(' and ')}
    order by scanned.time ${direction}, scanned.transaction_id ${direction} limit ${value(wanted)}`
}
