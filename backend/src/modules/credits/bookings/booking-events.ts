import type { EntityManager } from 'typeorm'
import { writeEvent, writeEvents } from '../../../outbox/index.ts'
import { decimalOf } from '../export/index.ts'
import type { CreditClassRecord, NewTransaction } from '../ledger/index.ts'
import type { BookingRecord, NewBooking } from './booking.ts'

export async function writeSubmitted(
  manager: EntityManager,
  { id, displayName, creatorId }: NewBooking,
): Promise<void> {
  await writeEvent(manager, {
    routingKey: 'credits.booking_submitted.-',
    payload: { booking: id, display_name: displayName, by: creatorId },
  })
}

export async function writeDecided(
  manager: EntityManager,
  { id, displayName, creatorId }: BookingRecord,
  decision: {
    readonly booked: boolean
    readonly by: string
    readonly reason: string
    /** Id of the operator's organisation. */
    readonly operator: string
  },
): Promise<void> {
  await writeEvent(manager, {
    routingKey: 'credits.booking_decided.-',
    payload: { booking: id, display_name: displayName, creator: creatorId, ...decision },
  })
}

/** Tells organisations what they were given or have lost, of each class once. */
export async function writeChanges(
  manager: EntityManager,
  { displayName }: BookingRecord,
  booked: {
    readonly transactions: readonly NewTransaction[]
    readonly classes: ReadonlyMap<string, CreditClassRecord>
    readonly by: string
  },
): Promise<void> {
  const changes = new Map<string, { organizationId: string; classId: string; amount: bigint }>()
  for (const { account, amount } of booked.transactions.flatMap(({ postings }) => postings)) {
    if (!('organizationId' in account)) continue
    const { organizationId, classId } = account
    const key = `${organizationId} ${classId}`
    changes.set(key, { organizationId, classId, amount: (changes.get(key)?.amount ?? 0n) + amount })
  }
  await writeEvents(
    manager,
    [...changes.values()]
      .filter(({ amount }) => amount !== 0n)
      .map(({ organizationId, classId, amount }) => {
        const creditClass = booked.classes.get(classId)
        return {
          routingKey: `credits.${amount > 0n ? 'credits_issued' : 'credits_taken'}.${organizationId}`,
          payload: {
            organization: organizationId,
            credit_class: creditClass?.code ?? '',
            class_name: creditClass?.displayName ?? '',
            amount: decimalOf(amount < 0n ? -amount : amount, creditClass?.decimals ?? 0),
            reason: displayName,
            by: booked.by,
          },
        }
      }),
  )
}
