import type { BookingKey, BookingRow, JobKey, TransferKey } from './action.ts'
import { type ClassCode, classes, type Member, members, type OperatorRole, type Person } from './world.ts'

export type ReviewState =
  | 'PROPOSED'
  | 'ACCEPTED'
  | 'REFUSED'
  | 'RESCINDED'
  | 'EXPIRED'
  | 'RECOMMENDED_FOR_APPROVAL'
  | 'RECOMMENDED_FOR_REJECTION'
  | 'APPROVED'
  | 'DECLINED'
  | 'RECORDED'

export interface ModelTransfer {
  readonly state: ReviewState
  readonly seller: Member
  readonly buyer: Member
  readonly proposer: Member
  readonly creditClass: ClassCode
  readonly amount: bigint
  /** LATER: on a day that has not come. */
  readonly effective: 'NOW' | 'LATER'
  /** SOON: its time may have passed at any moment of the round. */
  readonly lapse: 'NO' | 'SOON' | 'OVER'
  readonly proposedBy: Person
  readonly acceptedBy?: Person
  /** Everyone who recommended anything. */
  readonly recommendedBy: readonly Person[]
}

export interface ModelBooking {
  readonly state: 'SUBMITTED' | 'BOOKED' | 'DECLINED' | 'WITHDRAWN'
  readonly kind: 'ISSUANCE' | 'AWARD' | 'REDUCTION' | 'ADJUSTMENT' | 'REVERSAL'
  readonly rows: readonly BookingRow[]
  /** Of a REVERSAL: the transaction that it undoes. */
  readonly undoes?: string
  readonly by: Person
  readonly decidedBy?: Person
}

export interface ModelHold {
  readonly organization: Member
  readonly creditClass: ClassCode
  readonly amount: bigint
  readonly open: boolean
}

/** A transaction as the ledger has it, by what it changed. */
export interface Booked {
  readonly kind: string
  readonly creditClass: ClassCode
  /** Of available and held credits together. */
  readonly changes: ReadonlyMap<Member, bigint>
}

/**
 * All that is, in memory. Never changed: what happens makes another one. Credits are held by open transfers and jobs
 * alone, so that only what is available is kept.
 */
export interface Model {
  readonly classes: ReadonlyMap<ClassCode, 'ACTIVE' | 'CLOSED' | 'EXPIRED'>
  /** By "organisation/class"; 0 when missing. */
  readonly available: ReadonlyMap<string, bigint>
  /** What left the organisations, by class; and what ever came to them. */
  readonly sink: ReadonlyMap<ClassCode, bigint>
  readonly issued: ReadonlyMap<ClassCode, bigint>
  readonly transfers: ReadonlyMap<TransferKey, ModelTransfer>
  readonly bookings: ReadonlyMap<BookingKey, ModelBooking>
  readonly holds: ReadonlyMap<JobKey, ModelHold>
  /** What was asked for with a request id that took effect. */
  readonly requests: ReadonlyMap<string, string>
  /** What may be undone, or may not, by id; and what has been. */
  readonly booked: ReadonlyMap<string, Booked>
  readonly undone: ReadonlySet<string>
  readonly rheaIs: OperatorRole
}

export const firstModel: Model = {
  classes: new Map([
    ['steady', 'ACTIVE'],
    ['shaky', 'ACTIVE'],
    ['stale', 'EXPIRED'],
  ]),
  available: new Map(),
  sink: new Map(),
  issued: new Map(),
  transfers: new Map(),
  bookings: new Map(),
  holds: new Map(),
  requests: new Map(),
  booked: new Map(),
  undone: new Set(),
  rheaIs: 'ANALYST',
}

export function availableOf(model: Model, organization: Member, creditClass: ClassCode): bigint {
  return model.available.get(`${organization}/${creditClass}`) ?? 0n
}

const holding: ReadonlySet<ReviewState> = new Set([
  'ACCEPTED',
  'RECOMMENDED_FOR_APPROVAL',
  'RECOMMENDED_FOR_REJECTION',
  'APPROVED',
])

/** Whether credits are set aside for it: of a proposal to buy, not before the seller accepted it. */
export function holds({ state, proposer, seller }: ModelTransfer): boolean {
  return holding.has(state) || (state === 'PROPOSED' && proposer === seller)
}

/** Available and held. */
export function totalOf(model: Model, organization: Member, creditClass: ClassCode): bigint {
  const held = [
    ...[...model.transfers.values()].filter(
      (transfer) => transfer.seller === organization && holds(transfer),
    ),
    ...[...model.holds.values()].filter((hold) => hold.organization === organization && hold.open),
  ]
  return held
    .filter((each) => each.creditClass === creditClass)
    .reduce((sum, { amount }) => sum + amount, availableOf(model, organization, creditClass))
}

/** What can be seen of it from outside, as text: equal texts are equal states. */
export function stateText(model: Model): string {
  const lines: string[] = []
  for (const creditClass of classes) {
    for (const organization of members) {
      const available = availableOf(model, organization, creditClass)
      let forTransfers = 0n
      for (const transfer of model.transfers.values())
        if (transfer.creditClass === creditClass && transfer.seller === organization && holds(transfer))
          forTransfers += transfer.amount
      let forJobs = 0n
      for (const hold of model.holds.values())
        if (hold.open && hold.creditClass === creditClass && hold.organization === organization)
          forJobs += hold.amount
      if (available !== 0n || forJobs !== 0n || forTransfers !== 0n) {
        lines.push(`${organization}/${creditClass} ${available} ${forJobs}+${forTransfers}`)
      }
    }
    const sink = model.sink.get(creditClass) ?? 0n
    const issued = model.issued.get(creditClass) ?? 0n
    if (sink !== 0n || issued !== 0n) lines.push(`${creditClass} ${-issued} ${sink}`)
    lines.push(`${creditClass} ${model.classes.get(creditClass)}`)
  }
  for (const [key, { state }] of model.transfers) lines.push(`${key} ${state}`)
  for (const [key, { state }] of model.bookings) lines.push(`${key} ${state}`)
  return lines.sort().join('\n')
}
