import { type CreditClassRecord, hold, type Settlement, settleHolds } from '../ledger/index.ts'
import type { Database } from '../sql.ts'
import type { TransferRecord } from './transfer.ts'
import { refusedByLedger, refusedStep } from './transfer-errors.ts'
import { writeStepEvent } from './transfer-events.ts'
import type { TransferAction } from './transfer-state.ts'
import { takeStep } from './transfer-store.ts'
import { type Actor, judge, type Transition } from './transfer-transitions.ts'

/** What steps write down for people, read before the transaction. */
export interface TransferWords {
  readonly creditClass: CreditClassRecord
  readonly sellerName: string
  readonly buyerName: string
}

export interface Step {
  /** As it was read under its lock, by this transaction. */
  readonly transfer: TransferRecord
  readonly transition: Transition
  readonly actor: Actor
  readonly reason: string
  readonly words: TransferWords
  /** Default: true. */
  readonly tell?: boolean
}

/** @throws DomainError that says why not, in words for whoever asks */
export function permittedStep(transfer: TransferRecord, action: TransferAction, actor: Actor): Transition {
  const verdict = judge(transfer, action, actor)
  if (verdict.kind === 'allowed') return verdict.transition
  throw refusedStep(verdict, action, transfer.state, actor.kind === 'member' ? 'member' : 'operator')
}

/**
 * Takes permitted steps of different transfers, whose rows the transaction has locked: moves each, writes it down,
 * does to the seller's credits what the table says, and tells. Whoever has the row decides alone on the transfer, so
 * two can never both take a step from the same state; accounts are locked after rows, by the ledger, in one order for
 * everybody. That suffices at READ COMMITTED: nothing is decided on what was read without a lock.
 */
export async function takeSteps(database: Database, steps: readonly Step[]): Promise<void> {
  for (const { transfer, transition, actor, reason } of steps) {
    await takeStep(database, {
      transferId: transfer.id,
      time: transfer.readTime,
      action: transition.action,
      to: transition.to,
      userId: actor.kind === 'system' ? undefined : actor.userId,
      organizationId: actor.kind === 'system' ? undefined : actor.organizationId,
      reason,
      public: transition.public,
    })
  }
  for (const step of steps) await holdFor(database, step)
  await settleFor(database, steps)
  for (const { transfer, transition, actor, reason, words, tell = true } of steps) {
    if (!tell) continue
    await writeStepEvent(database, {
      transfer,
      creditClass: words.creditClass,
      action: transition.action,
      by:
        actor.kind === 'member' || (actor.kind === 'operator' && !transition.public)
          ? actor.userId
          : undefined,
      // A recommendation's is for the operator's people, who read it where it stands.
      reason: transition.public ? reason : '',
    })
  }
}

async function holdFor(database: Database, { transfer, transition, actor, words }: Step): Promise<void> {
  const { credits } = transition
  const holds =
    (credits === 'hold if it sells' && transfer.direction === 'SELL') ||
    (credits === 'hold if it buys' && transfer.direction === 'BUY')
  if (!holds) return
  const outcome = await hold(database, {
    purpose: 'TRANSFER',
    purposeId: transfer.id,
    organizationId: transfer.sellerId,
    classId: transfer.classId,
    amount: transfer.amount,
    description: `Held for a transfer to ${words.buyerName}`,
    ...actorOf(actor),
  })
  if (outcome.kind === 'refused') throw refusedByLedger(outcome)
}

/** A proposal to buy has nothing held before it is accepted. */
function hasHold({ direction, accepterId }: TransferRecord): boolean {
  return direction === 'SELL' || accepterId !== undefined
}

async function settleFor(database: Database, steps: readonly Step[]): Promise<void> {
  const settled = steps.flatMap((step) => {
    const settlement = hasHold(step.transfer) ? settlementOf(step) : undefined
    return settlement === undefined ? [] : [settlement]
  })
  for (const [index, outcome] of (await settleHolds(database, settled)).entries()) {
    if (outcome.kind === 'refused') throw refusedByLedger(outcome)
    if (outcome.kind === 'unchanged') {
      throw new Error(`transfer ${settled[index]?.purposeId} has no open hold, and should`)
    }
  }
}

const endings: Readonly<Partial<Record<TransferAction, string>>> = {
  refuse: 'was refused',
  rescind: 'was taken back',
  expire: 'expired',
  decline: 'was declined',
}

function settlementOf({ transfer, transition, actor, words }: Step): Settlement | undefined {
  const { credits, action } = transition
  const of = { purpose: 'TRANSFER', purposeId: transfer.id, ...actorOf(actor) } as const
  switch (credits) {
    case 'none':
    case 'hold if it sells':
    case 'hold if it buys':
      return undefined
    case 'release':
      return {
        ...of,
        capture: 0n,
        to: { kind: 'SINK' },
        description: `Given back: the transfer to ${words.buyerName} ${endings[action] ?? 'ended'}`,
      }
    case 'move to the buyer':
      return {
        ...of,
        capture: transfer.amount,
        to: { kind: 'AVAILABLE', organizationId: transfer.buyerId },
        description: `Transfer from ${words.sellerName} to ${words.buyerName}`,
      }
    default: {
      const unknown: never = credits
      throw new Error(`unknown effect ${String(unknown)}`)
    }
  }
}

function actorOf(actor: Actor): { readonly actorId?: string } {
  return actor.kind === 'system' ? {} : { actorId: actor.userId }
}
