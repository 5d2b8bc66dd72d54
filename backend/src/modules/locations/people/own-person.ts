import type { IdentityService, Organization } from '../../identity/index.ts'
import { personIdOf, personNotFound } from '../consent/index.ts'
import type { PeopleService } from './people-service.ts'
import type { Person } from './person-store.ts'

/** "organizations/{organization}/persons/{uuid}" of the user's own; NOT_FOUND for everybody else's. */
export async function ownPersonNamed(
  people: PeopleService,
  identity: IdentityService,
  userId: string,
  name: string,
): Promise<{ readonly organization: Organization; readonly person: Person }> {
  const organization = await identity.organizationBySlug(name.split('/')[1] ?? '')
  if (organization === undefined) throw personNotFound()
  const person = await people.own(userId, organization.id, personIdOf(organization, name))
  return { organization, person }
}
