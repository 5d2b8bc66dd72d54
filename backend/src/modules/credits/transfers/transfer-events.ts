import { writeEvent } from '../../../outbox/index.ts'
import type { CreditClassRecord } from '../ledger/index.ts'
import type { Database } from '../sql.ts'
import { decimalAmount } from './decimal-amount.ts'
import { proposingOrganization, type TransferTerms } from './transfer.ts'
import type { TransferAction } from './transfer-state.ts'

/** The event of each action. One for both recommendations: which of the two it is, the queue tells. */
const events: Readonly<Record<TransferAction, string>> = {
  propose: 'transfer_proposed',
  accept: 'transfer_accepted',
  refuse: 'transfer_refused',
  rescind: 'transfer_rescinded',
  expire: 'transfer_expired',
  'recommend approval': 'transfer_recommended',
  'recommend rejection': 'transfer_recommended',
  approve: 'transfer_approved',
  decline: 'transfer_declined',
  record: 'transfer_recorded',
}

export interface StepEvent {
  readonly transfer: TransferTerms & { readonly id: string }
  readonly creditClass: Pick<CreditClassRecord, 'code' | 'displayName' | 'decimals'>
  readonly action: TransferAction
  /** Who is not told, having done it. The operator's people are in no event that members are told by. */
  readonly by: string | undefined
  readonly reason: string
}

/** In the transaction of the step. */
export async function writeStepEvent(
  database: Database,
  { transfer, creditClass, action, by, reason }: StepEvent,
): Promise<void> {
  await writeEvent(database, {
    routingKey: `credits.${events[action]}.${transfer.sellerId}`,
    payload: {
      transfer: transfer.id,
      seller: transfer.sellerId,
      buyer: transfer.buyerId,
      proposer: proposingOrganization(transfer),
      credit_class: creditClass.code,
      class_name: creditClass.displayName,
      amount: decimalAmount(transfer.amount, creditClass.decimals),
      by: by ?? null,
      reason,
      effective_date: transfer.effectiveDate ?? null,
    },
  })
}
