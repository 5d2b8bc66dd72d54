import { createHash } from 'node:crypto'
import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'
import type { AccountKey } from './account.ts'
import { accountId } from './account-id.ts'
import {
  AMOUNT_MAX,
  type NewTransaction,
  type RefusalReason,
  type TransactionKind,
  type TransactionRecord,
} from './transaction.ts'

/** A transaction, and the hold that it opens or closes. */
export interface Entry {
  readonly transaction: NewTransaction
  readonly hold?: OpenedHold | ClosedHold
  /** Default: as its kind says. */
  readonly needs?: ClassNeed
}

export type OpenedHold = Readonly<{ id: string; purpose: string; purposeId: string; amount: bigint }>
export type ClosedHold = Readonly<{ id: string; captured: bigint }>

/** What a transaction needs its class to be. Expired ones may be closed too. */
export type ClassNeed = 'OPEN' | 'UNEXPIRED' | 'ANY'

export interface BookingMode {
  readonly allOrNone: boolean
  readonly dryRun: boolean
}

export type Booked =
  | { readonly kind: 'posted'; readonly transaction: TransactionRecord }
  | { readonly kind: 'repeated'; readonly transactionId: string }
  /** The hold is open already. */
  | { readonly kind: 'held'; readonly holdId: string }
  | {
      readonly kind: 'refused'
      readonly reason: RefusalReason
      readonly organizationId?: string
      readonly available?: bigint
    }

const needOfKind: Readonly<Record<TransactionKind, ClassNeed>> = {
  ISSUANCE: 'OPEN',
  AWARD: 'OPEN',
  REDUCTION: 'ANY',
  ADJUSTMENT: 'ANY',
  TRANSFER_HOLD: 'OPEN',
  TRANSFER_RELEASE: 'ANY',
  TRANSFER: 'OPEN',
  JOB_HOLD: 'OPEN',
  JOB_CAPTURE: 'ANY',
  JOB_RELEASE: 'ANY',
  REVERSAL: 'ANY',
}

const BATCH_MAX = 10_000

/**
 * What books: the function post_credits of the database, in one statement. Callers have seen to it that no request id,
 * no reversed transaction and no hold comes twice.
 */
export async function book(
  database: Database,
  entries: readonly Entry[],
  { allOrNone, dryRun }: BookingMode,
): Promise<Booked[]> {
  if (entries.length === 0) return []
  if (entries.length > BATCH_MAX)
    throw new RangeError(`at most ${BATCH_MAX} transactions are booked at a time`)
  const prepared = entries.map(prepare)
  for (const one of prepared) checkShape(one)
  if (prepared.some(({ transaction }) => isOutOfRange(transaction))) {
    return bookWithin(database, prepared, { allOrNone, dryRun })
  }
  return send(database, prepared, { allOrNone, dryRun })
}

interface Prepared extends Entry {
  /** Of its postings. */
  readonly accountIds: readonly string[]
}

function prepare(entry: Entry): Prepared {
  return { ...entry, accountIds: entry.transaction.postings.map(({ account }) => accountId(account)) }
}

/** Amounts that no column takes are refused before anything is sent. */
async function bookWithin(
  database: Database,
  entries: readonly Prepared[],
  mode: BookingMode,
): Promise<Booked[]> {
  const refusal: Booked = { kind: 'refused', reason: 'AMOUNT_OUT_OF_RANGE' }
  const within = entries.filter(({ transaction }) => !isOutOfRange(transaction))
  if (within.length === 0) return entries.map(() => refusal)
  const booked = await send(database, within, mode.allOrNone ? { ...mode, dryRun: true } : mode)
  const outcomes = booked.values()
  return entries.map(({ transaction }) => {
    if (isOutOfRange(transaction)) return refusal
    const outcome = outcomes.next().value ?? refusal
    const isUndone = mode.allOrNone && (outcome.kind === 'posted' || outcome.kind === 'held')
    return isUndone ? { kind: 'refused', reason: 'OTHERS_REFUSED' } : outcome
  })
}

interface AnswerRow {
  outcomes: ('POSTED' | 'REPEATED' | 'HELD' | RefusalReason)[]
  earlier_ids: (string | null)[]
  times: (Date | null)[]
  short_accounts: (number | null)[]
  short_balances: (string | null)[]
  balances_after: (string | null)[]
  sequences: (string | null)[]
}

async function send(
  database: Database,
  entries: readonly Prepared[],
  { allOrNone, dryRun }: BookingMode,
): Promise<Booked[]> {
  const accounts = accountsOf(entries)
  const accountNumbers = new Map(accounts.map(({ id }, index) => [id, index + 1]))
  const classIds = [...new Set(entries.map(({ transaction }) => transaction.classId))]
  const classNumbers = new Map(classIds.map((id, index) => [id, index + 1]))
  const ids = entries.map(({ transaction }) => transaction.id ?? v7())
  const postings = entries.flatMap(({ transaction, accountIds }, index) =>
    transaction.postings.map(({ amount }, at) => ({ entry: index + 1, id: told(accountIds[at]), amount })),
  )
  const given = entries.map(({ transaction }) => transaction)
  const hasHolds = entries.some(({ hold }) => hold !== undefined)
  const holds = hasHolds ? entries.map(({ hold }) => hold) : []
  const [answer] = await rows<AnswerRow>(database, STATEMENT, [
    allOrNone,
    dryRun,
    accounts.map(({ id }) => id),
    accounts.map(({ key }) => key.kind),
    accounts.map(({ key }) => ('organizationId' in key ? key.organizationId : null)),
    accounts.map(({ key }) => key.classId),
    classIds,
    ids,
    given.map(({ kind }) => kind),
    given.map(({ classId }) => classNumbers.get(classId)),
    entries.map(({ transaction, needs }) => needs ?? needOfKind[transaction.kind]),
    given.map(({ description }) => description),
    given.map(({ reference }) => reference?.kind ?? null),
    given.map(({ reference }) => reference?.id ?? null),
    given.map(({ actorId }) => actorId ?? null),
    given.map(({ requestId }) => requestId ?? null),
    entries.map((entry) => (entry.transaction.requestId === undefined ? null : requestHash(entry))),
    given.map(({ metadata }) => JSON.stringify(metadata ?? {})),
    given.map(({ reverses }) => reverses ?? null),
    postings.map(({ entry }) => entry),
    postings.map(({ id }) => accountNumbers.get(id)),
    postings.map(({ amount }) => String(amount)),
    holds.map((hold) => hold?.id ?? null),
    holds.map((hold) => (hold !== undefined && 'purpose' in hold ? hold.purpose : null)),
    holds.map((hold) => (hold !== undefined && 'purpose' in hold ? hold.purposeId : null)),
    holds.map((hold) =>
      hold === undefined ? null : String('purpose' in hold ? hold.amount : hold.captured),
    ),
  ])
  if (answer === undefined) throw new Error('post_credits answered nothing')
  let posting = 0
  return entries.map((entry, index) => {
    const first = posting
    posting += entry.transaction.postings.length
    return bookedOf(answer, { entry, index, first, id: ids[index] ?? '', accounts })
  })
}

const STATEMENT = `select * from post_credits($1::boolean, $2::boolean, $3::uuid[], $4::text[], $5::uuid[], $6::uuid[],
  $7::uuid[], $8::uuid[], $9::text[], $10::integer[], $11::text[], $12::text[], $13::text[], $14::uuid[],
  $15::uuid[], $16::uuid[], $17::bytea[], $18::jsonb[], $19::uuid[], $20::integer[], $21::integer[], $22::bigint[],
  $23::uuid[], $24::text[], $25::uuid[], $26::bigint[])`

interface Place {
  readonly entry: Entry
  readonly index: number
  /** Index of its first posting. */
  readonly first: number
  readonly id: string
  readonly accounts: readonly Readonly<{ id: string; key: AccountKey }>[]
}

function bookedOf(answer: AnswerRow, { entry, index, first, id, accounts }: Place): Booked {
  const outcome = answer.outcomes[index]
  switch (outcome) {
    case 'POSTED':
      return {
        kind: 'posted',
        transaction: {
          ...entry.transaction,
          id,
          metadata: entry.transaction.metadata ?? {},
          time: told(answer.times[index]),
          postings: entry.transaction.postings.map((posting, at) => ({
            ...posting,
            balanceAfter: BigInt(told(answer.balances_after[first + at])),
            sequence: BigInt(told(answer.sequences[first + at])),
          })),
        },
      }
    case 'REPEATED':
      return { kind: 'repeated', transactionId: told(answer.earlier_ids[index]) }
    case 'HELD':
      return { kind: 'held', holdId: told(answer.earlier_ids[index]) }
    case 'INSUFFICIENT_CREDITS': {
      const key = accounts[told(answer.short_accounts[index]) - 1]?.key
      return {
        kind: 'refused',
        reason: outcome,
        ...(key !== undefined && 'organizationId' in key ? { organizationId: key.organizationId } : {}),
        available: BigInt(told(answer.short_balances[index])),
      }
    }
    default:
      return { kind: 'refused', reason: told(outcome) }
  }
}

function told<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('post_credits left a value out')
  return value
}

/** Each once, in the order in which they are locked: PostgreSQL compares uuids as their lower-case text does. */
function accountsOf(entries: readonly Prepared[]) {
  const keys = new Map<string, AccountKey>()
  for (const { transaction, accountIds } of entries) {
    for (const [at, { account }] of transaction.postings.entries()) keys.set(told(accountIds[at]), account)
  }
  return [...keys].map(([id, key]) => ({ id, key })).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function isOutOfRange({ postings }: NewTransaction): boolean {
  return postings.some(({ amount }) => amount === 0n || amount > AMOUNT_MAX || amount < -AMOUNT_MAX)
}

/** What no caller may send: a defect, not a refusal. */
function checkShape({ transaction, accountIds }: Prepared): void {
  const { kind, classId, postings, reverses } = transaction
  if (postings.length < 2) throw new TypeError('a transaction has two postings at least')
  if (postings.reduce((sum, { amount }) => sum + amount, 0n) !== 0n) {
    throw new TypeError('the postings of a transaction sum to zero')
  }
  if (postings.some(({ account }) => account.classId !== classId)) {
    throw new TypeError('the postings of a transaction are of its class')
  }
  if (new Set(accountIds).size < accountIds.length) {
    throw new TypeError('a transaction names an account once')
  }
  if ((kind === 'REVERSAL') !== (reverses !== undefined)) {
    throw new TypeError('a reversal, and it alone, says what it reverses')
  }
}

/** SHA-256 of what was asked for: not of the id, which is new each time. */
function requestHash({ transaction, accountIds }: Prepared): Buffer {
  const { kind, classId, postings, description, ...rest } = transaction
  const body = [
    kind,
    classId,
    postings.map(({ amount }, at) => [accountIds[at], String(amount)]).sort(),
    description,
    rest.reference === undefined ? null : [rest.reference.kind, rest.reference.id],
    rest.actorId ?? null,
    Object.entries(rest.metadata ?? {}).sort(),
    rest.reverses ?? null,
  ]
  return createHash('sha256').update(JSON.stringify(body)).digest()
}
