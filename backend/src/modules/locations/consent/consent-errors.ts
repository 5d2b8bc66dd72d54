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

export const purposeNotFound = () =>
  new DomainError(
    'NOT_FOUND',
    'LOCATION_PURPOSE_NOT_FOUND',
    'The organisation has no such purpose. Its administrators make them.',
  )

export const purposeExists = (slug: string) =>
  new DomainError(
    'ALREADY_EXISTS',
    'LOCATION_PURPOSE_EXISTS',
    `The organisation has a purpose ${slug}. Choose another id.`,
    { violations: [{ field: 'location_purpose_id', description: 'is taken. Choose another one.' }] },
  )

export const tooManyPurposes = (limit: number) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'TOO_MANY_LOCATION_PURPOSES',
    `The organisation has ${limit} purposes, as many as it can have.`,
  )

export const consentNotFound = () =>
  new DomainError('NOT_FOUND', 'CONSENT_NOT_FOUND', 'There is no such consent here.')

export const tooManyConsents = (index: number, limit: number) =>
  new DomainError(
    'FAILED_PRECONDITION',
    'TOO_MANY_CONSENTS',
    `Of a person, ${limit} consents are kept at most. Record one that covers more time instead.`,
    { violations: [{ field: `persons[${index}]`, description: `has ${limit} consents already.` }] },
  )

/** Of a list of persons, which of them. */
export const personNotFoundAt = (index: number) =>
  new DomainError('NOT_FOUND', 'PERSON_NOT_FOUND', 'The organisation has no such person.', {
    violations: [{ field: `persons[${index}]`, description: 'is no person of the organisation.' }],
  })
