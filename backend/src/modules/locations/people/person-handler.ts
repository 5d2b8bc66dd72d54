import {
  PersonServiceService,
  type UpdateLocationPolicyRequest,
  type UpdatePersonRequest,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import { invalidField } from '../../../errors/domain-error.ts'
import { type OrganizationCallContext, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { parseUpdateMask } from '../../../server/update-mask.ts'
import type { IdentityService } from '../../identity/index.ts'
import {
  type ConsentService,
  consentNotFound,
  idBelow,
  type PurposeService,
  personIdOf,
} from '../consent/index.ts'
import type { LookService } from '../looks/index.ts'
import { pageByName } from '../page-by-name.ts'
import { type PolicyService, type PolicyUpdate, policyPaths } from '../policy/index.ts'
import type { DeviceService } from './device-service.ts'
import type { Erasures } from './erase-person.ts'
import type { PersonExports } from './export-person.ts'
import {
  consentMessage,
  deviceMessage,
  lookMessage,
  personMessage,
  policyMessage,
  purposeMessage,
} from './people-messages.ts'
import type { PeopleService, PersonInput } from './people-service.ts'
import { deviceNotFound } from './person-errors.ts'

const DEFAULT_PAGE_SIZE = 50

export interface PersonHandlerDependencies {
  readonly people: PeopleService
  readonly devices: DeviceService
  readonly purposes: PurposeService
  readonly consents: ConsentService
  readonly policies: PolicyService
  readonly looks: LookService
  readonly erasures: Erasures
  readonly exports: PersonExports
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}

export function personHandler(dependencies: PersonHandlerDependencies): RegisteredService {
  const { people, devices, purposes, consents, policies, looks, erasures, exports, identity, pageTokens } =
    dependencies

  return registeredService(PersonServiceService, {
    async listPersons({ pageSize, pageToken, search }, call) {
      const { organization } = organizationContext(call)
      const scope = pageScope('ListPersons', { organization: organization.id, search })
      const page = await pageByName(pageTokens, scope, { pageSize, pageToken }, (after, limit) =>
        people.list(organization.id, search, after, limit),
      )
      return {
        persons: page.rows.map((person) => personMessage(organization.slug, person)),
        nextPageToken: page.nextPageToken,
      }
    },

    async getPerson({ name }, call) {
      const { organization } = organizationContext(call)
      return personMessage(
        organization.slug,
        await people.get(organization.id, personIdOf(organization, name)),
      )
    },

    async createPerson(request, call) {
      const { organization } = organizationContext(call)
      return personMessage(organization.slug, await people.create(organization.id, inputOf(request)))
    },

    async updatePerson(request, call) {
      const { organization } = organizationContext(call)
      const id = personIdOf(organization, request.name)
      return personMessage(
        organization.slug,
        await people.update(organization.id, id, personUpdateOf(request)),
      )
    },

    exportPerson({ name }, call) {
      const { organization, caller, log } = organizationContext(call)
      log.info({ userId: caller.userId }, 'a person is exported')
      return exports.ofOrganization({
        organizationId: organization.id,
        actorId: caller.userId,
        personId: personIdOf(organization, name),
      })
    },

    async erasePerson({ name }, call) {
      const { organization, caller, log } = organizationContext(call)
      const erased = await erasures.erase(organization.id, personIdOf(organization, name))
      log.info({ userId: caller.userId, fixes: Number(erased.fixes) }, 'a person was erased')
      return {
        fixesErased: erased.fixes,
        devicesErased: erased.devices,
        looksRedacted: BigInt(erased.looksRedacted),
      }
    },

    async listDevices({ person, pageSize, pageToken }, call) {
      const { organization } = organizationContext(call)
      const personId = await existing(person, organizationContext(call), people)
      const scope = pageScope('ListDevices', { organization: organization.id, person })
      const page = await pageByName(pageTokens, scope, { pageSize, pageToken }, (after, limit) =>
        devices.list(organization.id, personId, after, limit),
      )
      return {
        devices: page.rows.map((device) => deviceMessage(organization.slug, device)),
        nextPageToken: page.nextPageToken,
      }
    },

    async createDevice({ person, displayName, externalId }, call) {
      const { organization } = organizationContext(call)
      const personId = personIdOf(organization, person)
      const device = await devices.create(organization.id, {
        personId,
        displayName: titled(displayName),
        externalId: externalId.trim(),
      })
      return deviceMessage(organization.slug, device)
    },

    async issueDeviceToken({ name, lifetimeDays }, call) {
      const { organization } = organizationContext(call)
      const id = deviceIdOf(organization.slug, name)
      const { device, secret } = await devices.issueToken(organization.id, id, lifetimeDays)
      return { device: deviceMessage(organization.slug, device), secret }
    },

    async revokeDeviceToken({ name }, call) {
      const { organization } = organizationContext(call)
      const id = deviceIdOf(organization.slug, name)
      return deviceMessage(organization.slug, await devices.revokeToken(organization.id, id))
    },

    async listLocationPurposes(_request, call) {
      const { organization } = organizationContext(call)
      const found = await purposes.list(organization.id)
      return { locationPurposes: found.map((purpose) => purposeMessage(organization.slug, purpose)) }
    },

    async createLocationPurpose({ locationPurposeId, displayName, description }, call) {
      const { organization } = organizationContext(call)
      const purpose = { slug: locationPurposeId, displayName: titled(displayName), description }
      return purposeMessage(organization.slug, await purposes.create(organization.id, purpose))
    },

    async listConsents({ parent }, call) {
      const { organization } = organizationContext(call)
      const { id } = await people.get(organization.id, personIdOf(organization, parent))
      const found = (await consents.of([id])).get(id) ?? []
      return { consents: found.map((consent) => consentMessage(organization.slug, consent)) }
    },

    async recordConsents({ persons, purpose, startTime, endTime, note }, call) {
      const { organization, caller } = organizationContext(call)
      const personIds = persons.map((name) => personIdOf(organization, name))
      const recorded = await consents.record(organization, caller.userId, {
        personIds,
        purpose,
        startTime,
        endTime,
        note,
      })
      return { recorded }
    },

    async withdrawConsent({ name }, call) {
      const { organization } = organizationContext(call)
      const [personPart = '', consentId = ''] = name.split('/consents/')
      const personId = personIdOf(organization, personPart)
      await people.get(organization.id, personId)
      const id = idBelow('', consentId)
      if (id === undefined) throw consentNotFound()
      return consentMessage(organization.slug, await consents.withdraw(personId, id))
    },

    async getLocationPolicy(_request, call) {
      const { organization } = organizationContext(call)
      return policyMessage(organization.slug, await policies.get(organization.id))
    },

    async updateLocationPolicy(request, call) {
      const { organization } = organizationContext(call)
      const updated = await policies.update(organization.id, policyUpdateOf(request))
      return policyMessage(organization.slug, updated)
    },

    async listLocationLooks({ person, pageSize, pageToken }, call) {
      const { organization } = organizationContext(call)
      const personId = await existing(person, organizationContext(call), people)
      const scope = pageScope('ListLocationLooks', { organization: organization.id, person })
      const [time, id] = pageTokens.decode(scope, pageToken) ?? []
      const after = time === undefined || id === undefined ? undefined : { time, id }
      const page = await looks.list(organization.id, personId, after, pageSize || DEFAULT_PAGE_SIZE)
      const found = await identity.organizationById(organization.id)
      return {
        locationLooks: page.looks.map((look) =>
          lookMessage(organization.slug, found?.displayName ?? organization.slug, look),
        ),
        nextPageToken:
          page.next === undefined ? '' : pageTokens.encode(scope, [page.next.time, page.next.id]),
      }
    },
  })
}

/** The person that a filter names; undefined for no filter. */
async function existing(
  name: string,
  { organization }: OrganizationCallContext,
  people: PeopleService,
): Promise<string | undefined> {
  if (name === '') return undefined
  const { id } = await people.get(organization.id, personIdOf(organization, name))
  return id
}

function deviceIdOf(slug: string, name: string): string {
  const id = idBelow(`organizations/${slug}/devices/`, name)
  if (id === undefined) throw deviceNotFound()
  return id
}

/** A name that can be seen. */
function titled(displayName: string): string {
  const trimmed = displayName.trim()
  if (trimmed === '') throw invalidField('display_name', 'is blank. Give it 1 to 120 characters.')
  return trimmed
}

function inputOf({ displayName, externalId, userEmail }: PersonInput): PersonInput {
  return { displayName: titled(displayName), externalId: externalId.trim(), userEmail }
}

const personPaths = ['display_name', 'external_id', 'user_email'] as const

function personUpdateOf(request: UpdatePersonRequest): Partial<PersonInput> {
  const paths = parseUpdateMask(request.updateMask ?? [], personPaths)
  return {
    ...(paths.has('display_name') ? { displayName: titled(request.displayName) } : {}),
    ...(paths.has('external_id') ? { externalId: request.externalId.trim() } : {}),
    ...(paths.has('user_email') ? { userEmail: request.userEmail } : {}),
  }
}

function policyUpdateOf(request: UpdateLocationPolicyRequest): PolicyUpdate {
  const values = {
    retention_days: request.retentionDays,
    minimum_group_size: request.minimumGroupSize,
    thin_after_days: request.thinAfterDays,
    thin_interval_s: request.thinIntervalS,
    stay_radius_m: request.stayRadiusM,
    stay_minimum_s: request.stayMinimumS,
    stay_interval_s: request.stayIntervalS,
  }
  const paths = parseUpdateMask(request.updateMask ?? [], policyPaths)
  return Object.fromEntries([...paths].map((path) => [path, values[path]]))
}
