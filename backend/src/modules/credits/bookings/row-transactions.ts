import { v7 } from 'uuid'
import { type AccountKey, accountId, type NewTransaction } from '../ledger/index.ts'
import { type Database, rows } from '../sql.ts'
import type { BookingKind, BookingRow } from './booking.ts'

/** A row, and what books it: nothing, of a reduction where there is nothing to take. */
export interface RowTransaction {
  readonly line: number
  /** Of a reduction: what is asked for beyond what there is. */
  readonly deficit: bigint
  readonly transaction: (NewTransaction & { readonly id: string }) | undefined
}

export interface RowContext {
  readonly kind: Exclude<BookingKind, 'REVERSAL'>
  readonly bookingId: string
  readonly displayName: string
  readonly deciderId: string
}

/**
 * What books each row. Of a reduction the accounts that it takes from are locked here, in the order in which the
 * ledger locks accounts, so that what is available is still so when it is booked: a row takes all there is, no more,
 * and what is missing is not missing by a hold that came in between.
 */
export async function rowTransactions(
  database: Database,
  context: RowContext,
  given: readonly BookingRow[],
): Promise<RowTransaction[]> {
  if (context.kind !== 'REDUCTION') {
    return given.map((row) => ({
      line: row.line,
      deficit: 0n,
      transaction: transactionOf(context, row, row.amount),
    }))
  }
  const left = await lockBalances(
    database,
    given.flatMap((row) => [availableOf(row), sinkOf(row)]),
  )
  return given.map((row) => {
    const account = accountId(availableOf(row))
    const available = left.get(account) ?? 0n
    const taken = available < row.amount ? available : row.amount
    left.set(account, available - taken)
    return {
      line: row.line,
      deficit: row.amount - taken,
      transaction: taken === 0n ? undefined : transactionOf(context, row, -taken),
    }
  })
}

const availableOf = ({ organizationId, classId }: BookingRow): AccountKey => ({
  kind: 'AVAILABLE',
  organizationId,
  classId,
})
const sinkOf = ({ classId }: BookingRow): AccountKey => ({ kind: 'SINK', classId })

function transactionOf(
  { kind, bookingId, displayName, deciderId }: RowContext,
  row: BookingRow,
  change: bigint,
): NewTransaction & { readonly id: string } {
  const { classId, reference, line } = row
  // What is reduced is gone as if it were used. What is adjusted counts as never issued, or as issued.
  const other: AccountKey = kind === 'REDUCTION' ? sinkOf(row) : { kind: 'ISSUANCE', classId }
  return {
    id: v7(),
    kind,
    classId,
    postings: [
      { account: availableOf(row), amount: change },
      { account: other, amount: -change },
    ],
    description: reference === '' ? displayName : `${displayName}: ${reference}`,
    reference: { kind: 'booking', id: bookingId },
    actorId: deciderId,
    metadata: { line: String(line) },
  }
}

async function lockBalances(
  database: Database,
  accounts: readonly AccountKey[],
): Promise<Map<string, bigint>> {
  const found = await rows<{ id: string; balance: string }>(
    database,
    'select id, balance from credit_accounts where id = any($1::uuid[]) order by id for no key update',
    [[...new Set(accounts.map(accountId))]],
  )
  return new Map(found.map(({ id, balance }) => [id, BigInt(balance)]))
}
