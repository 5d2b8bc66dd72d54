import type {
  TradeCategory,
  TransferAction,
  TransferState,
} from '@fairlead/proto/web/fairlead/credits/v1/transfers'

const states: Partial<Record<TransferState, readonly [label: string, color: string]>> = {
  TRANSFER_STATE_PROPOSED: ['Proposed', 'yellow'],
  TRANSFER_STATE_ACCEPTED: ['With the operator', 'sea'],
  TRANSFER_STATE_REFUSED: ['Refused', 'orange'],
  TRANSFER_STATE_RESCINDED: ['Taken back', 'gray'],
  TRANSFER_STATE_EXPIRED: ['Expired', 'gray'],
  TRANSFER_STATE_APPROVED: ['Approved', 'teal'],
  TRANSFER_STATE_DECLINED: ['Declined', 'red'],
  TRANSFER_STATE_RECORDED: ['Recorded', 'teal'],
}

/** Every state, in the order of a transfer's life. */
export const transferStates = Object.keys(states) as TransferState[]

export function transferStateLabel(state: TransferState): string {
  return states[state]?.[0] ?? 'Unknown'
}

export function transferStateColor(state: TransferState): string {
  return states[state]?.[1] ?? 'gray'
}

const categories: Partial<Record<TradeCategory, readonly [label: string, text: string]>> = {
  TRADE_CATEGORY_SALE: ['Sale', 'Between organisations that are independent of each other.'],
  TRADE_CATEGORY_AFFILIATED: ['Affiliated', 'Between organisations under one control.'],
  TRADE_CATEGORY_EXCHANGE: ['Exchange', 'For other credits, services or goods.'],
  TRADE_CATEGORY_GIFT: ['Gift', 'For nothing; the price is 0.'],
}

export const tradeCategories = Object.keys(categories) as TradeCategory[]

export function tradeCategoryLabel(category: TradeCategory): string {
  return categories[category]?.[0] ?? 'Unknown'
}

export function tradeCategoryText(category: TradeCategory): string {
  return categories[category]?.[1] ?? ''
}

const steps: Partial<Record<TransferAction, string>> = {
  TRANSFER_ACTION_PROPOSE: 'Proposed',
  TRANSFER_ACTION_ACCEPT: 'Accepted',
  TRANSFER_ACTION_REFUSE: 'Refused',
  TRANSFER_ACTION_RESCIND: 'Taken back',
  TRANSFER_ACTION_EXPIRE: 'Expired',
  TRANSFER_ACTION_APPROVE: 'Approved',
  TRANSFER_ACTION_DECLINE: 'Declined',
  TRANSFER_ACTION_RECORD: 'Recorded',
  TRANSFER_ACTION_COMMENT: 'Commented',
}

/** What was done, as the history says it. */
export function transferStepLabel(action: TransferAction): string {
  return steps[action] ?? 'Changed'
}
