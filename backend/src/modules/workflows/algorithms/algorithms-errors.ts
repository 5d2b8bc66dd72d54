import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { AlgorithmState, Decision } from './algorithm-transitions.ts'

export function algorithmInvalid(violations: readonly FieldViolation[]): DomainError {
  const [first, ...more] = violations
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return new DomainError(
    'INVALID_ARGUMENT',
    'ALGORITHM_INVALID',
    `${first?.field}: ${first?.description}${others}`,
    { violations },
  )
}

/** The same for an absent version and for one of another organisation. */
export function algorithmNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'ALGORITHM_NOT_FOUND', 'There is no such version of an algorithm.')
}

export function noRegistryAllowed(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'NO_REGISTRY_ALLOWED',
    'The operator allows images of no registry, so no algorithm can be registered. FAIRLEAD_ALGORITHM_REGISTRIES names those that are allowed: see docs/workflows.md.',
  )
}

export function tooManyPending(most: number): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_PENDING',
    `${most} versions of this organisation wait for a decision, and no more may. Withdraw those that are not needed.`,
  )
}

export function tooManyVersions(most: number): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_VERSIONS',
    `It has ${most} versions, and can have no more. Go on under another name.`,
  )
}

export function registrationRepeated(reference: string): DomainError {
  return new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    `The request_id was used for ${reference}, which is another one. Use a new one for a new version.`,
    { metadata: { algorithm: reference } },
  )
}

export function notYourAlgorithm(): DomainError {
  return new DomainError(
    'PERMISSION_DENIED',
    'ALGORITHM_OF_ANOTHER',
    'Only who registered it may withdraw it, or an administrator of the organisation.',
    { metadata: { permission: 'jobs.manage' } },
  )
}

const stateTexts: Readonly<Record<AlgorithmState, string>> = {
  PENDING: 'waits for a decision',
  APPROVED: 'is approved',
  REJECTED: 'was rejected',
  REVOKED: 'was approved, and the approval was revoked',
  WITHDRAWN: 'was withdrawn by its organisation',
}

/** As it stands after the name of a version. */
export function stateText(state: AlgorithmState): string {
  return stateTexts[state]
}

const decisionTexts: Readonly<Record<Decision | 'WITHDRAWN', string>> = {
  APPROVED: 'approved: only one that waits for a decision can be',
  REJECTED: 'rejected: only one that waits for a decision can be. Revoke an approval instead',
  REVOKED: 'revoked: only an approval can be',
  WITHDRAWN: 'withdrawn again',
}

export function wrongState(
  reference: string,
  state: AlgorithmState,
  to: keyof typeof decisionTexts,
): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'ALGORITHM_STATE',
    `${reference} ${stateText(state)}; it cannot be ${decisionTexts[to]}.`,
    { metadata: { state } },
  )
}

export function reviewerRegisteredIt(): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'REVIEWER_REGISTERED_IT',
    'You registered this version: somebody else of the operator has to decide about it.',
  )
}
