import type { Review, ReviewState } from '@fairlead/proto/web/fairlead/credits/v1/reviews'

interface StateWords {
  readonly label: string
  readonly color: string
  /** Who has to do something next; undefined when nobody has. */
  readonly turn?: 'partner' | 'analyst' | 'director' | 'recording'
}

const states: Readonly<Partial<Record<ReviewState, StateWords>>> = {
  REVIEW_STATE_PROPOSED: { label: 'Proposed', color: 'gray', turn: 'partner' },
  REVIEW_STATE_ACCEPTED: { label: 'Accepted', color: 'yellow', turn: 'analyst' },
  REVIEW_STATE_RECOMMENDED_FOR_APPROVAL: { label: 'Approval advised', color: 'sea', turn: 'director' },
  REVIEW_STATE_RECOMMENDED_FOR_REJECTION: { label: 'Rejection advised', color: 'orange', turn: 'director' },
  REVIEW_STATE_APPROVED: { label: 'Approved', color: 'teal', turn: 'recording' },
  REVIEW_STATE_RECORDED: { label: 'Recorded', color: 'teal' },
  REVIEW_STATE_DECLINED: { label: 'Declined', color: 'red' },
  REVIEW_STATE_REFUSED: { label: 'Refused', color: 'gray' },
  REVIEW_STATE_RESCINDED: { label: 'Rescinded', color: 'gray' },
  REVIEW_STATE_EXPIRED: { label: 'Expired', color: 'gray' },
}

export function stateWords(state: ReviewState): StateWords {
  return states[state] ?? { label: 'Unknown', color: 'gray' }
}

/** "Analyst’s turn", "Buyer’s turn", "To be recorded on 2026-12-01 (UTC)"; empty when the transfer has ended. */
export function turnOf(review: Pick<Review, 'state' | 'transfer'>): string {
  const { turn } = stateWords(review.state)
  switch (turn) {
    case undefined:
      return ''
    case 'partner':
      return review.transfer?.direction === 'TRANSFER_DIRECTION_BUY' ? 'Seller’s turn' : 'Buyer’s turn'
    case 'analyst':
      return 'Analyst’s turn'
    case 'director':
      return 'Director’s turn'
    case 'recording': {
      const date = review.transfer?.effectiveDate ?? ''
      return date === '' ? 'To be recorded' : `To be recorded on ${date}`
    }
    default:
      return turn satisfies never
  }
}

/** Whether it waits for somebody of the operator. */
export function waitsForOperator(state: ReviewState): boolean {
  const { turn } = stateWords(state)
  return turn === 'analyst' || turn === 'director'
}

/** Whether the caller could take the transfer on: commenting alone is always possible. */
export function isCallersTurn({ actions }: Pick<Review, 'actions'>): boolean {
  return actions.some((action) => action !== 'REVIEW_ACTION_COMMENT' && action !== 'REVIEW_ACTION_RECORD')
}

/** What the queue can be narrowed to, by the word in the address. */
export const reviewChoices = {
  analyst: { label: 'Waiting for an analyst', states: ['REVIEW_STATE_ACCEPTED'] },
  director: {
    label: 'Waiting for a director',
    states: ['REVIEW_STATE_RECOMMENDED_FOR_APPROVAL', 'REVIEW_STATE_RECOMMENDED_FOR_REJECTION'],
  },
  approved: { label: 'Approved, not yet recorded', states: ['REVIEW_STATE_APPROVED'] },
  proposed: { label: 'Waiting for the other side', states: ['REVIEW_STATE_PROPOSED'] },
  recorded: { label: 'Recorded', states: ['REVIEW_STATE_RECORDED'] },
  failed: {
    label: 'Declined, refused, rescinded or expired',
    states: [
      'REVIEW_STATE_DECLINED',
      'REVIEW_STATE_REFUSED',
      'REVIEW_STATE_RESCINDED',
      'REVIEW_STATE_EXPIRED',
    ],
  },
} as const satisfies Record<string, { label: string; states: readonly ReviewState[] }>

type ReviewChoice = keyof typeof reviewChoices

export function choiceFromAddress(parameters: URLSearchParams): ReviewChoice | undefined {
  const asked = parameters.get('show') ?? ''
  return Object.hasOwn(reviewChoices, asked) ? (asked as ReviewChoice) : undefined
}

export function statesOf(choice: ReviewChoice | undefined): readonly ReviewState[] {
  return choice === undefined ? [] : reviewChoices[choice].states
}
