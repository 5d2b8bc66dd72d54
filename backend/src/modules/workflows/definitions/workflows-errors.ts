import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'

export function workflowInvalid(violations: readonly FieldViolation[]): DomainError {
  const [first, ...more] = violations
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return new DomainError(
    'INVALID_ARGUMENT',
    'WORKFLOW_INVALID',
    `${first?.field}: ${first?.description}${others}`,
    { violations },
  )
}

/** The same for an absent workflow and for one of another organisation. */
export function workflowNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'WORKFLOW_NOT_FOUND', 'This organisation has no such workflow.')
}

export function savingRepeated(reference: string): DomainError {
  return new DomainError(
    'ALREADY_EXISTS',
    'REQUEST_ID_REUSED',
    `The request_id was used for ${reference}, which is another one. Use a new one for a new version.`,
    { metadata: { workflow: reference } },
  )
}

export function tooManyVersions(most: number): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'TOO_MANY_VERSIONS',
    `It has ${most} versions, and can have no more. Go on under another name.`,
  )
}
