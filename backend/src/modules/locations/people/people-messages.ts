import type {
  Consent as ConsentMessage,
  Device as DeviceMessage,
  LocationLook,
  LocationPolicy as LocationPolicyMessage,
  LocationPurpose,
  Person as PersonMessage,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import { type Consent, type DescribedPurpose, personName, purposeName } from '../consent/index.ts'
import type { Look } from '../looks/index.ts'
import type { LocationPolicy } from '../policy/index.ts'
import type { Device } from './device-store.ts'
import type { Person } from './person-store.ts'

export function personMessage(slug: string, person: Person): PersonMessage {
  return {
    name: personName(slug, person.id),
    displayName: person.displayName,
    externalId: person.externalId,
    user: person.userId === undefined ? '' : `users/${person.userId}`,
    userDisplayName: person.userDisplayName,
    deviceCount: person.deviceCount,
    consentedPurposes: person.purposeSlugs.map((purpose) => purposeName(slug, purpose)),
    lastFixTime: person.lastFixTime,
    createTime: person.createTime,
  }
}

export function deviceMessage(slug: string, device: Device): DeviceMessage {
  return {
    name: `organizations/${slug}/devices/${device.id}`,
    person: personName(slug, device.personId),
    personDisplayName: device.personDisplayName,
    displayName: device.displayName,
    externalId: device.externalId,
    tokenPrefix: device.tokenPrefix,
    tokenExpireTime: device.tokenExpireTime,
    lastFixTime: device.lastFixTime,
    createTime: device.createTime,
  }
}

export function purposeMessage(slug: string, purpose: DescribedPurpose): LocationPurpose {
  return {
    name: purposeName(slug, purpose.slug),
    displayName: purpose.displayName,
    description: purpose.description,
  }
}

export function consentMessage(slug: string, consent: Consent): ConsentMessage {
  return {
    name: `${personName(slug, consent.personId)}/consents/${consent.id}`,
    purpose: purposeName(slug, consent.purposeSlug),
    purposeDisplayName: consent.purposeDisplayName,
    startTime: consent.startTime,
    endTime: consent.endTime,
    withdrawTime: consent.withdrawTime,
    recorderDisplayName: consent.recorderDisplayName,
    note: consent.note,
    createTime: consent.createTime,
  }
}

export function policyMessage(slug: string, policy: LocationPolicy): LocationPolicyMessage {
  return { name: `organizations/${slug}/locationPolicy`, ...policy }
}

export function lookMessage(slug: string, organizationDisplayName: string, look: Look): LocationLook {
  return {
    name: `organizations/${slug}/locationLooks/${look.id}`,
    time: look.time,
    actorDisplayName: look.actorDisplayName,
    method: look.method,
    purposeDisplayName: look.purposeDisplayName,
    reason: look.reason,
    windowStartTime: look.windowStartTime,
    windowEndTime: look.windowEndTime,
    persons: [...look.persons],
    personCount: look.personCount,
    organizationDisplayName,
  }
}
