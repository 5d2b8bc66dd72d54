import type { EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import type { DomainError } from '../../../errors/domain-error.ts'
import type { IdentityService, Organization } from '../../identity/index.ts'
import { decimalOf } from '../export/index.ts'
import { type CreditClassRecord, listClasses, postAll, type Refusal } from '../ledger/index.ts'
import type { BookedRow, BookingRecord } from './booking.ts'
import { reversalFor } from './booking-contents.ts'
import { reversalRefused, rowsRefused } from './booking-errors.ts'
import { writeChanges } from './booking-events.ts'
import { recordRows } from './booking-store.ts'
import { type RowTransaction, rowTransactions } from './row-transactions.ts'

type Organizations = Pick<IdentityService, 'organizationsByIds'>

/**
 * Books all rows of a booking that is locked, and tells whom they concern.
 *
 * @throws DomainError that says which rows cannot be booked: then none is
 */
export async function bookRows(
  manager: EntityManager,
  identity: Organizations,
  booking: BookingRecord,
  { rows, deciderId }: { readonly rows: readonly BookedRow[]; readonly deciderId: string },
): Promise<void> {
  const given = await transactionsOf(manager, booking, rows, deciderId)
  const booked = given.filter(hasTransaction)
  const outcomes = await postAll(
    manager,
    booked.map(({ transaction }) => transaction),
  )
  const refused = outcomes.flatMap((outcome, index) =>
    outcome.kind === 'refused' && outcome.reason !== 'OTHERS_REFUSED'
      ? [{ line: booked[index]?.line ?? 0, outcome }]
      : [],
  )
  const classes = new Map((await listClasses(manager)).map((each) => [each.id, each]))
  if (refused.length > 0) throw await refusalOf(identity, { booking, rows, refused, classes })
  if (outcomes.some(({ kind }) => kind !== 'posted'))
    throw new Error('a booking was neither booked nor refused')
  const shared = booking.kind === 'REVERSAL' ? booked[0]?.transaction.id : undefined
  await recordRows(
    manager,
    booking.id,
    given.map(({ line, deficit, transaction }) => ({
      line,
      deficit,
      transactionId: transaction?.id ?? shared,
    })),
  )
  await writeChanges(manager, booking, {
    transactions: booked.map(({ transaction }) => transaction),
    classes,
    by: deciderId,
  })
}

async function transactionsOf(
  manager: EntityManager,
  booking: BookingRecord,
  rows: readonly BookedRow[],
  deciderId: string,
): Promise<RowTransaction[]> {
  const { id, kind, displayName, reversedTransaction } = booking
  if (kind !== 'REVERSAL') {
    return rowTransactions(manager, { kind, bookingId: id, displayName, deciderId }, rows)
  }
  const transaction = await reversalFor(manager, reversedTransaction ?? '', {
    description: displayName,
    reference: { kind: 'booking', id },
    actorId: deciderId,
  })
  const [first, ...others] = rows
  if (first === undefined) throw new Error(`booking ${id} has no rows`)
  // One transaction for all of its rows.
  return [
    { line: first.line, deficit: 0n, transaction: { ...transaction, id: transaction.id ?? v7() } },
    ...others.map(({ line }) => ({ line, deficit: 0n, transaction: undefined })),
  ]
}

interface RefusedRows {
  readonly booking: BookingRecord
  readonly rows: readonly BookedRow[]
  readonly refused: readonly { readonly line: number; readonly outcome: Refusal }[]
  readonly classes: ReadonlyMap<string, CreditClassRecord>
}

async function refusalOf(
  identity: Organizations,
  { booking, rows, refused, classes }: RefusedRows,
): Promise<DomainError> {
  const byLine = new Map(rows.map((row) => [row.line, row]))
  const names = await identity.organizationsByIds([
    ...new Set(refused.flatMap(({ outcome }) => outcome.organizationId ?? [])),
  ])
  const told = refused.map(({ line, outcome }) => {
    const creditClass = classes.get(byLine.get(line)?.classId ?? '')
    return { line, message: messageOf(outcome, names, creditClass) }
  })
  const [first] = refused
  if (booking.kind === 'REVERSAL' && first !== undefined && first.outcome.reason !== 'INSUFFICIENT_CREDITS') {
    return reversalRefused(first.outcome.reason, told[0]?.message ?? '')
  }
  return rowsRefused(told)
}

const hasTransaction = (
  row: RowTransaction,
): row is RowTransaction & { readonly transaction: NonNullable<RowTransaction['transaction']> } =>
  row.transaction !== undefined

function messageOf(
  { reason, organizationId, available }: Refusal,
  names: ReadonlyMap<string, Organization>,
  creditClass: CreditClassRecord | undefined,
): string {
  const { code = '', decimals = 0 } = creditClass ?? {}
  switch (reason) {
    case 'INSUFFICIENT_CREDITS': {
      const name = organizationId === undefined ? undefined : names.get(organizationId)?.displayName
      return `${name ?? 'An organisation'} has only ${decimalOf(available ?? 0n, decimals)} of ${code} available.`
    }
    case 'CLASS_EXPIRED':
      return `The class ${code} has expired.`
    case 'CLASS_CLOSED':
      return `The class ${code} is closed.`
    case 'ALREADY_REVERSED':
      return 'The transaction is undone already.'
    case 'AMOUNT_OUT_OF_RANGE':
      return 'The amount or the balance after it is beyond what can be booked.'
    default:
      return `It was refused: ${reason}.`
  }
}
