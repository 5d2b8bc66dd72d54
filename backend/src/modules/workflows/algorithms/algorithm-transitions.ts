/** The same words as in the table and, with their prefix, in the contract. */
export type AlgorithmState = 'PENDING' | 'APPROVED' | 'REJECTED' | 'REVOKED' | 'WITHDRAWN'

/** What the operator may decide. */
export type Decision = 'APPROVED' | 'REJECTED' | 'REVOKED'

/** The one table of what may follow what. The operator decides; WITHDRAWN is the organisation's. */
export const algorithmTransitions: Readonly<Record<AlgorithmState, readonly AlgorithmState[]>> = {
  PENDING: ['APPROVED', 'REJECTED', 'WITHDRAWN'],
  APPROVED: ['REVOKED', 'WITHDRAWN'],
  REJECTED: ['WITHDRAWN'],
  REVOKED: ['WITHDRAWN'],
  WITHDRAWN: [],
}

/** Decisions that tell the registrant why. */
export const needsComment: Readonly<Record<Decision, boolean>> = {
  APPROVED: false,
  REJECTED: true,
  REVOKED: true,
}
