import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'
import { type Booked, book, type Entry } from './booking.ts'
import type {
  NewPosting,
  NewTransaction,
  Refusal,
  TransactionRecord,
  TransactionReference,
} from './transaction.ts'

export type HoldPurpose = 'JOB' | 'TRANSFER'

/** Credits of an organisation that are to be set aside for one job or transfer. */
export interface NewHold {
  readonly purpose: HoldPurpose
  /** Of the job or the transfer; it has one hold in its life. */
  readonly purposeId: string
  readonly organizationId: string
  readonly classId: string
  /** In the smallest unit of the class; not zero. */
  readonly amount: bigint
  readonly description: string
  readonly actorId?: string
}

/** `held` also when the same hold is open already: nothing changed then. */
export type HoldOutcome = { readonly kind: 'held'; readonly holdId: string } | Refusal

export interface Settlement {
  readonly purpose: HoldPurpose
  readonly purposeId: string
  /** What is paid of the hold: at most its amount. The rest goes back; 0 releases all. */
  readonly capture: bigint
  /** Where what is paid goes to: a job's to SINK, a transfer's to the other organisation. */
  readonly to: { readonly kind: 'SINK' } | { readonly kind: 'AVAILABLE'; readonly organizationId: string }
  readonly description: string
  readonly actorId?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * `unchanged`: there is no such hold, or it is closed already. Refused is only a transfer of expired credits
 * (CLASS_EXPIRED): its hold stays open, to be released.
 */
export type SettleOutcome =
  | { readonly kind: 'settled'; readonly transaction: TransactionRecord }
  | { readonly kind: 'unchanged' }
  | Refusal

/**
 * Sets credits aside, within the transaction of the caller, who has locked the job or the transfer.
 *
 * @throws nothing of its own: too few credits, or a class that is closed or expired, are a refusal
 */
export async function hold(database: Database, wanted: NewHold): Promise<HoldOutcome> {
  const { purpose, purposeId, organizationId, classId, amount, description, actorId } = wanted
  const id = v7()
  const entry: Entry = {
    transaction: {
      kind: purpose === 'JOB' ? 'JOB_HOLD' : 'TRANSFER_HOLD',
      classId,
      postings: [
        { account: { kind: 'AVAILABLE', organizationId, classId }, amount: -amount },
        { account: { kind: 'HELD', organizationId, classId }, amount },
      ],
      description,
      reference: referenceOf(purpose, purposeId),
      ...(actorId === undefined ? {} : { actorId }),
    },
    hold: { id, purpose, purposeId, amount },
  }
  if (amount < 0n) return { kind: 'refused', reason: 'AMOUNT_OUT_OF_RANGE' }
  const [booked] = await book(database, [entry], { allOrNone: false, dryRun: false })
  switch (booked?.kind) {
    case 'posted':
      return { kind: 'held', holdId: id }
    case 'held':
    case 'refused':
      return booked
    default:
      throw new Error('a hold was answered as something else')
  }
}

interface HoldRow {
  id: string
  class_id: string
  organization_id: string
  purpose: HoldPurpose
  purpose_id: string
  amount: string
}

/**
 * Ends holds, any number in one call: pays what is captured and gives the rest back. Within the transaction of the
 * caller, who has locked the jobs or transfers. Answers in the order of what is given; no hold comes twice.
 */
export async function settleHolds(
  database: Database,
  settlements: readonly Settlement[],
): Promise<SettleOutcome[]> {
  if (settlements.length === 0) return []
  // Holds are locked before accounts, by id.
  const open = await rows<HoldRow>(
    database,
    `select hold.id, hold.class_id, hold.organization_id, hold.purpose, hold.purpose_id, hold.amount
     from credit_holds as hold
     where (hold.purpose, hold.purpose_id) in (
       select asked.purpose, asked.purpose_id from unnest($1::text[], $2::uuid[]) as asked (purpose, purpose_id)
     ) and hold.state = 'OPEN'
     order by hold.id for no key update`,
    [settlements.map(({ purpose }) => purpose), settlements.map(({ purposeId }) => purposeId)],
  )
  const holds = new Map(open.map((row) => [keyOf(row.purpose, row.purpose_id), row]))
  const found = settlements.map((settlement) => holds.get(keyOf(settlement.purpose, settlement.purposeId)))
  const entries = settlements.flatMap((settlement, index) => {
    const row = found[index]
    return row === undefined ? [] : [entryOf(settlement, row)]
  })
  const booked = (await book(database, entries, { allOrNone: false, dryRun: false })).values()
  return found.map((row) => (row === undefined ? { kind: 'unchanged' } : settledOf(booked.next().value)))
}

function entryOf({ purpose, purposeId, capture, to, description, ...rest }: Settlement, row: HoldRow): Entry {
  const amount = BigInt(row.amount)
  if (capture < 0n || capture > amount) {
    throw new RangeError(`${capture} cannot be captured of a hold of ${amount}`)
  }
  const { class_id: classId, organization_id: organizationId } = row
  if (to.kind === 'AVAILABLE' && to.organizationId === organizationId) {
    throw new TypeError('a hold is not paid to the organisation that it is of')
  }
  const postings: NewPosting[] = [{ account: { kind: 'HELD', organizationId, classId }, amount: -amount }]
  if (capture > 0n) {
    const account =
      to.kind === 'SINK'
        ? ({ kind: 'SINK', classId } as const)
        : ({ kind: 'AVAILABLE', organizationId: to.organizationId, classId } as const)
    postings.push({ account, amount: capture })
  }
  if (capture < amount) {
    postings.push({ account: { kind: 'AVAILABLE', organizationId, classId }, amount: amount - capture })
  }
  return {
    transaction: {
      kind: settledKinds[purpose][capture === 0n ? 'released' : 'captured'],
      classId,
      postings,
      description,
      reference: referenceOf(purpose, purposeId),
      ...rest,
    },
    hold: { id: row.id, captured: capture },
    // What is held of a closed class may still be captured; expired credits do not change hands.
    needs: capture > 0n && to.kind === 'AVAILABLE' ? 'UNEXPIRED' : 'ANY',
  }
}

const settledKinds = {
  JOB: { captured: 'JOB_CAPTURE', released: 'JOB_RELEASE' },
  TRANSFER: { captured: 'TRANSFER', released: 'TRANSFER_RELEASE' },
} as const satisfies Record<HoldPurpose, Record<string, NewTransaction['kind']>>

function settledOf(booked: Booked | undefined): SettleOutcome {
  switch (booked?.kind) {
    case 'posted':
      return { kind: 'settled', transaction: booked.transaction }
    case 'refused':
      return booked
    default:
      throw new Error('the end of a hold was answered as something else')
  }
}

function keyOf(purpose: HoldPurpose, purposeId: string): string {
  return `${purpose} ${purposeId}`
}

function referenceOf(purpose: HoldPurpose, id: string): TransactionReference {
  return { kind: purpose === 'JOB' ? 'job' : 'transfer', id }
}
