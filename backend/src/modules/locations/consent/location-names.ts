import { validate } from 'uuid'
import type { CallOrganization } from '../../../server/call-context.ts'
import { personNotFound, purposeNotFound } from './consent-errors.ts'

/* Resource names of an organisation's locations; those of other organisations are told as absent. */

export function personName(slug: string, personId: string): string {
  return `organizations/${slug}/persons/${personId}`
}

export function purposeName(slug: string, purposeSlug: string): string {
  return `organizations/${slug}/locationPurposes/${purposeSlug}`
}

/** @throws DomainError NOT_FOUND */
export function personIdOf(organization: CallOrganization, name: string): string {
  return idBelow(`organizations/${organization.slug}/persons/`, name) ?? fail(personNotFound())
}

/** @throws DomainError NOT_FOUND */
export function purposeSlugOf(organization: CallOrganization, name: string): string {
  const prefix = `organizations/${organization.slug}/locationPurposes/`
  return name.startsWith(prefix) ? name.slice(prefix.length) : fail(purposeNotFound())
}

/** The UUID that follows the prefix and ends the name. */
export function idBelow(prefix: string, name: string): string | undefined {
  const id = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return validate(id) ? id : undefined
}

function fail(error: Error): never {
  throw error
}
