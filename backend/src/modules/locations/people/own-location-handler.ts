import { OwnLocationServiceService } from '@fairlead/proto/server/fairlead/locations/v1/people'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import { type ConsentService, consentNotFound, idBelow } from '../consent/index.ts'
import type { LookService } from '../looks/index.ts'
import type { PersonExports } from './export-person.ts'
import { ownPersonNamed } from './own-person.ts'
import { consentMessage, lookMessage, personMessage } from './people-messages.ts'
import type { PeopleService } from './people-service.ts'

const DEFAULT_PAGE_SIZE = 50

export function ownLocationHandler({
  people,
  consents,
  looks,
  exports,
  identity,
  pageTokens,
}: {
  readonly people: PeopleService
  readonly consents: ConsentService
  readonly looks: LookService
  readonly exports: PersonExports
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}): RegisteredService {
  return registeredService(OwnLocationServiceService, {
    async listOwnPersons(_request, call) {
      const own = await people.ofUser(callerOf(call).userId)
      const organizations = await identity.organizationsByIds(own.map(({ organizationId }) => organizationId))
      const consented = await consents.of(own.map(({ person }) => person.id))
      return {
        persons: own.flatMap(({ person, organizationId }) => {
          const organization = organizations.get(organizationId)
          if (organization === undefined) return []
          const { slug, displayName } = organization
          return [
            {
              person: personMessage(slug, person),
              organizationDisplayName: displayName,
              consents: (consented.get(person.id) ?? []).map((consent) => consentMessage(slug, consent)),
            },
          ]
        }),
      }
    },

    async listOwnLooks({ pageSize, pageToken }, call) {
      const { userId } = callerOf(call)
      const scope = pageScope('ListOwnLooks', { caller: userId })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const after = time === undefined || id === undefined ? undefined : { time, id }
      const page = await looks.ofUser(userId, after, pageSize || DEFAULT_PAGE_SIZE)
      const ids = [...new Set(page.looks.map(({ organizationId }) => organizationId))]
      const organizations = await identity.organizationsByIds(ids)
      return {
        locationLooks: page.looks.flatMap((look) => {
          const organization = organizations.get(look.organizationId)
          return organization === undefined
            ? []
            : [lookMessage(organization.slug, organization.displayName, look)]
        }),
        nextPageToken:
          page.next === undefined ? '' : pageTokens.encode(scope, [page.next.time, page.next.id]),
      }
    },

    async withdrawOwnConsent({ consent }, call) {
      const { userId } = callerOf(call)
      const [personPart = '', consentPart = ''] = consent.split('/consents/')
      const { organization, person } = await ownPersonNamed(people, identity, userId, personPart)
      const id = idBelow('', consentPart)
      if (id === undefined) throw consentNotFound()
      return consentMessage(organization.slug, await consents.withdraw(person.id, id))
    },

    async *exportOwnPerson(request, call) {
      const { userId } = callerOf(call)
      const { organization, person } = await ownPersonNamed(people, identity, userId, request.person)
      yield* exports.ofUser(userId, organization.id, person.id)
    },
  })
}
