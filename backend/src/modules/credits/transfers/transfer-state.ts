/*
 * Glossary.
 * transfer     credits of one class that go from a seller to a buyer, once four people agreed
 * side         the seller or the buyer; the proposing side proposed, the partner is the other one
 * step         one action of the table of transitions that was taken
 * declaration  a statement that a person agrees to in order to propose or accept; signed, it keeps its text
 * review       a transfer as the operator's people see it, recommendation and internal comments included
 */

export const transferStates = [
  'PROPOSED',
  'ACCEPTED',
  'REFUSED',
  'RESCINDED',
  'EXPIRED',
  'RECOMMENDED_FOR_APPROVAL',
  'RECOMMENDED_FOR_REJECTION',
  'APPROVED',
  'DECLINED',
  'RECORDED',
] as const

export type TransferState = (typeof transferStates)[number]

/** Those that members know of: a recommendation is none of their business. */
export type PublicState = Exclude<TransferState, 'RECOMMENDED_FOR_APPROVAL' | 'RECOMMENDED_FOR_REJECTION'>

/** Where a transfer is, as far as members are told. */
export function publicState(state: TransferState): PublicState {
  switch (state) {
    case 'RECOMMENDED_FOR_APPROVAL':
    case 'RECOMMENDED_FOR_REJECTION':
      return 'ACCEPTED'
    default:
      return state
  }
}

/** The states that members know as these. */
export function statesShownAs(shown: readonly PublicState[]): TransferState[] {
  return transferStates.filter((state) => shown.includes(publicState(state)))
}

/** The operator's turn: the queue. */
export const waitingStates: readonly TransferState[] = [
  'ACCEPTED',
  'RECOMMENDED_FOR_APPROVAL',
  'RECOMMENDED_FOR_REJECTION',
]

/** What is done to a transfer. */
export const transferActions = [
  'propose',
  'accept',
  'refuse',
  'rescind',
  'expire',
  'recommend approval',
  'recommend rejection',
  'approve',
  'decline',
  'record',
] as const

export type TransferAction = (typeof transferActions)[number]
