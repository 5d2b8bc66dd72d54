import { DomainError } from '../../../errors/domain-error.ts'

/**
 * One answer for a person who never was, who is erased, of another organisation, or whom no consent in force to the
 * purpose covers: which of them it is, is not told.
 */
export function personNotFound(): DomainError {
  return new DomainError(
    'NOT_FOUND',
    'PERSON_NOT_FOUND',
    'There is no such person here, or nothing of them may be looked at for this purpose.',
  )
}

export function purposeNotFound(): DomainError {
  return new DomainError(
    'NOT_FOUND',
    'LOCATION_PURPOSE_NOT_FOUND',
    'The organisation has no such purpose. Its administrators make them.',
  )
}
