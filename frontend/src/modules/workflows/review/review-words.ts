import type { AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'

export type Decision = Extract<
  AlgorithmState,
  'ALGORITHM_STATE_APPROVED' | 'ALGORITHM_STATE_REJECTED' | 'ALGORITHM_STATE_REVOKED'
>

interface DecisionWords {
  /** Of the button that asks. */
  readonly ask: string
  /** Of the button that decides. */
  readonly confirm: string
  readonly text: string
  readonly needsComment: boolean
}

export const decisionWords: Readonly<Record<Decision, DecisionWords>> = {
  ALGORITHM_STATE_APPROVED: {
    ask: 'Approve…',
    confirm: 'Approve',
    text: 'From then on it can be run, on what its organisation and the list of datasets let it read.',
    needsComment: false,
  },
  ALGORITHM_STATE_REJECTED: {
    ask: 'Reject…',
    confirm: 'Reject',
    text: 'It never runs. Its organisation can register another version that does what you write here.',
    needsComment: true,
  },
  ALGORITHM_STATE_REVOKED: {
    ask: 'Revoke…',
    confirm: 'Revoke the approval',
    text: 'Nothing new of it runs, and workflows that name it cannot be run. What runs goes on.',
    needsComment: true,
  },
}

/** What can be decided on a version as it stands, the usual decision last. */
export function decisionsOn(state: AlgorithmState): readonly Decision[] {
  if (state === 'ALGORITHM_STATE_PENDING') return ['ALGORITHM_STATE_REJECTED', 'ALGORITHM_STATE_APPROVED']
  return state === 'ALGORITHM_STATE_APPROVED' ? ['ALGORITHM_STATE_REVOKED'] : []
}
