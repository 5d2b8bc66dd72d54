import type { CallOrganization } from '../../../server/call-context.ts'
import { type Database, rows } from '../sql.ts'
import { personNotFound, purposeNotFound } from './consent-errors.ts'
import { purposeSlugOf } from './location-names.ts'

export interface Purpose {
  readonly id: string
  readonly slug: string
  readonly displayName: string
}

/** A person who may be looked at for a purpose. */
export interface Subject {
  readonly id: string
  /** In fixes. */
  readonly personNo: number
  readonly displayName: string
}

/**
 * The organisation's purpose of that name, "organizations/{organization}/locationPurposes/{purpose}".
 *
 * @throws DomainError NOT_FOUND, for those of other organisations too
 */
export async function purposeNamed(
  database: Database,
  organization: CallOrganization,
  name: string,
): Promise<Purpose> {
  const [found] = await rows<{ id: string; slug: string; display_name: string }>(
    database,
    'select id, slug, display_name from location_purposes where organization_id = $1 and slug = $2',
    [organization.id, purposeSlugOf(organization, name)],
  )
  if (found === undefined) throw purposeNotFound()
  return { id: found.id, slug: found.slug, displayName: found.display_name }
}

/**
 * @throws DomainError NOT_FOUND, one and the same for a person of another organisation, an erased one, one whom no
 * consent in force to the purpose covers, and none at all
 */
export async function subjectOf(
  database: Database,
  organizationId: string,
  purposeId: string,
  personId: string,
): Promise<Subject> {
  const [subject] = await subjectsOf(database, organizationId, purposeId, [personId])
  if (subject === undefined) throw personNotFound()
  return subject
}

/**
 * In the order in which they were asked for.
 *
 * @throws DomainError NOT_FOUND as of one, when one of them may not be looked at
 */
export async function subjectsOf(
  database: Database,
  organizationId: string,
  purposeId: string,
  personIds: readonly string[],
): Promise<Subject[]> {
  const found = await rows<{ id: string; person_no: number; display_name: string }>(
    database,
    `select id, person_no, display_name from persons
     where id = any ($3::uuid[]) and organization_id = $1
       and exists (select from consents
         where person_id = persons.id and purpose_id = $2 and withdraw_time is null)`,
    [organizationId, purposeId, personIds],
  )
  const byId = new Map(found.map((row) => [row.id, row]))
  return personIds.map((id) => {
    const row = byId.get(id)
    if (row === undefined) throw personNotFound()
    return { id, personNo: row.person_no, displayName: row.display_name }
  })
}
