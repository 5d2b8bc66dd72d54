import type { Transfer, TransferAction } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { transferStepLabel } from './transfer-words'
import { partnerOf, proposerOf } from './turn'

export interface ProgressStep {
  readonly key: string
  readonly label: string
  /** Whose it was or is. */
  readonly who: string
  readonly time: Date | undefined
  readonly state: 'past' | 'failed' | 'current' | 'ahead'
}

const failures: ReadonlySet<TransferAction> = new Set([
  'TRANSFER_ACTION_REFUSE',
  'TRANSFER_ACTION_RESCIND',
  'TRANSFER_ACTION_EXPIRE',
  'TRANSFER_ACTION_DECLINE',
])

type Shown = Pick<
  Transfer,
  | 'state'
  | 'steps'
  | 'direction'
  | 'seller'
  | 'sellerDisplayName'
  | 'buyer'
  | 'buyerDisplayName'
  | 'effectiveDate'
  | 'createTime'
>

/** The way of a transfer: what was done, what it waits for, and what is still to come. */
export function progressOf(transfer: Shown, organization: string): ProgressStep[] {
  const steps: ProgressStep[] = transfer.steps
    .filter(({ action }) => action !== 'TRANSFER_ACTION_COMMENT')
    .map(({ action, organizationDisplayName, time }, index) => ({
      key: `${index}-${action}`,
      label: transferStepLabel(action),
      who: organizationDisplayName || 'Fairlead',
      time,
      state: failures.has(action) ? 'failed' : 'past',
    }))
  const nameOf = (side: string) =>
    side === organization ? 'Your organisation' : partnerOf(transfer, organization).displayName
  const other = proposerOf(transfer) === transfer.seller ? transfer.buyer : transfer.seller
  const accept = { key: 'accept', label: 'Accept', who: nameOf(other), time: undefined }
  const decide = { key: 'decide', label: 'Decision', who: 'The operator', time: undefined }
  const record = {
    key: 'record',
    label: 'Record',
    who: transfer.effectiveDate === '' ? 'When approved' : `On ${transfer.effectiveDate}`,
    time: undefined,
  }
  const ahead = {
    TRANSFER_STATE_PROPOSED: [accept, decide, record],
    TRANSFER_STATE_ACCEPTED: [decide, record],
    TRANSFER_STATE_APPROVED: [record],
  }[transfer.state as string]
  for (const [index, step] of (ahead ?? []).entries()) {
    steps.push({ ...step, state: index === 0 ? 'current' : 'ahead' })
  }
  return steps
}
