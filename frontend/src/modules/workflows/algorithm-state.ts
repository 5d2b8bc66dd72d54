import type { AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'

interface StateWords {
  readonly label: string
  readonly text: string
  /** Of the theme. */
  readonly color: string
}

const words: Partial<Record<AlgorithmState, StateWords>> = {
  ALGORITHM_STATE_PENDING: {
    label: 'Waits for approval',
    text: 'It runs once the operator has approved it.',
    color: 'yellow',
  },
  ALGORITHM_STATE_APPROVED: { label: 'Approved', text: 'It can be run.', color: 'teal' },
  ALGORITHM_STATE_REJECTED: {
    label: 'Rejected',
    text: 'The operator did not approve it. It does not run.',
    color: 'red',
  },
  ALGORITHM_STATE_REVOKED: {
    label: 'Revoked',
    text: 'The operator took its approval back. Nothing new of it runs.',
    color: 'orange',
  },
  ALGORITHM_STATE_WITHDRAWN: {
    label: 'Withdrawn',
    text: 'Its organisation took it back. Nothing new of it runs.',
    color: 'gray',
  },
}

export function algorithmStateWords(state: AlgorithmState): StateWords {
  return words[state] ?? { label: 'Unknown', text: '', color: 'gray' }
}

export const algorithmStates: readonly AlgorithmState[] = [
  'ALGORITHM_STATE_PENDING',
  'ALGORITHM_STATE_APPROVED',
  'ALGORITHM_STATE_REJECTED',
  'ALGORITHM_STATE_REVOKED',
  'ALGORITHM_STATE_WITHDRAWN',
]
