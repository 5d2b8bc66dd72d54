import { invalidField } from '../../../errors/domain-error.ts'
import type { TransactionReference } from '../ledger/index.ts'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const OF_ORGANIZATION = new RegExp(`^organizations/([a-z][a-z0-9-]{1,62})/(jobs|transfers)/(${UUID})$`, 'u')
const OF_OPERATOR = new RegExp(`^(transfers|transferReviews|creditBookings)/(${UUID})$`, 'u')

/** A job or transfer of the organisation with this slug; undefined of the empty name. */
export function referenceOf(name: string, slug: string): TransactionReference | undefined {
  if (name === '') return undefined
  const [, organization, collection, id] = OF_ORGANIZATION.exec(name) ?? []
  if (organization !== slug || id === undefined) {
    throw invalidField('reference', `must be organizations/${slug}/jobs/{job} or .../transfers/{transfer}.`)
  }
  return { kind: collection === 'jobs' ? 'job' : 'transfer', id }
}

/** Any job, transfer or booking. */
export function anyReferenceOf(name: string): TransactionReference | undefined {
  if (name === '') return undefined
  const [, , ofOrganization, first] = OF_ORGANIZATION.exec(name) ?? []
  const [, ofOperator, second] = OF_OPERATOR.exec(name) ?? []
  if (first !== undefined) return { kind: ofOrganization === 'jobs' ? 'job' : 'transfer', id: first }
  if (second !== undefined) {
    return { kind: ofOperator === 'creditBookings' ? 'booking' : 'transfer', id: second }
  }
  throw invalidField(
    'reference',
    'must be organizations/{organization}/jobs/{job}, transfers/{transfer} or creditBookings/{booking}.',
  )
}
