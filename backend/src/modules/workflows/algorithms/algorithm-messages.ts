import type {
  Algorithm as AlgorithmMessage,
  AlgorithmState as StateMessage,
} from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { type AlgorithmRecord, algorithmName, keyOf, referenceOf } from './algorithm.ts'
import { type AlgorithmState, algorithmTransitions } from './algorithm-transitions.ts'

/** @param ownOrganization slug of whose steps are to name it */
export function algorithmMessage(algorithm: AlgorithmRecord, ownOrganization: string): AlgorithmMessage {
  const key = keyOf(algorithm)
  return {
    name: algorithmName(key),
    reference: referenceOf(key, ownOrganization),
    version: algorithm.version,
    spec: algorithm.spec,
    state: `ALGORITHM_STATE_${algorithm.state}`,
    registrant: `users/${algorithm.registrantId}`,
    registrantDisplayName: algorithm.registrantDisplayName,
    createTime: algorithm.createTime,
    reviewTime: algorithm.reviewTime,
    reviewerDisplayName: algorithm.reviewerDisplayName,
    reviewComment: algorithm.reviewComment,
    organizationDisplayName: algorithm.organizationDisplayName,
  }
}

/** Undefined for UNSPECIFIED, and for one that this release does not know. */
export function algorithmStateOfMessage(message: StateMessage): AlgorithmState | undefined {
  const states = Object.keys(algorithmTransitions) as AlgorithmState[]
  return states.find((state) => message === `ALGORITHM_STATE_${state}`)
}
