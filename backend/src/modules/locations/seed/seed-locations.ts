import type { Logger } from 'pino'
import type { DataSource, EntityManager } from 'typeorm'
import { v5 } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { Random } from '../../../random.ts'
import type { IdentityService, User } from '../../identity/index.ts'
import { DirectFixSink, FixBatchBuilder, KnownDevices } from '../fixes/index.ts'
import { organizationNo } from '../organization-no.ts'
import { rows } from '../sql.ts'
import { citizenFixes } from './citizen-fixes.ts'
import { type Citizen, harbourCity } from './harbour-city.ts'
import type { LocationsSeed } from './locations-seed.ts'

export interface LocationsSeedOptions {
  readonly dataSource: DataSource
  readonly identity: IdentityService
  /** The day before is told. */
  readonly now: Date
  readonly log: Logger
}

interface SeededPerson {
  readonly externalId: string
  readonly citizen: Citizen
  readonly member: User | undefined
}

const DAY_MS = 86_400_000
const BATCH_FIXES = 16_384
const LAST = 5
/** Of ids that follow from a seed's keys, so that what is there is not made again. */
const NAMESPACE = 'b1f0a3a4-6f2e-4a43-8f0e-52d1f0c9b7aa'

/**
 * Adds people of a made-up city, what they consent to, and where they were yesterday. What exists, and may have been
 * changed since, stays as it is; a day is told once.
 */
export async function seedLocations(
  { dataSource, identity, now, log }: LocationsSeedOptions,
  seed: LocationsSeed,
): Promise<{ added: string[] }> {
  const organization = await identity.organizationBySlug(seed.organization)
  if (organization === undefined) throw new Error(`there is no organisation ${seed.organization}`)
  const externalIds = Array.from(
    { length: seed.city.people },
    (_, index) => `${seed.city.prefix}${String(index + 1).padStart(3, '0')}`,
  )
  // Written last: where these are, the day is whole.
  if (await hasFixes(dataSource, organization.id, externalIds.slice(-LAST))) return { added: [] }
  const members = await identity.membersOf(organization.id)
  const citizens = harbourCity(seed.city.seed, seed.city.people)
  const people = citizens.map((citizen, index) => ({
    externalId: externalIds[index] ?? '',
    citizen,
    member: members.find(({ user }) => user.email === seed.city.members[index])?.user,
  }))
  const isNew = await inTransaction(dataSource, (manager) =>
    addPeople(manager, organization.id, seed, people),
  )
  const sink = new DirectFixSink({ dataSource, log })
  try {
    const fixes = await addDay({ dataSource, sink, organizationId: organization.id, seed, people, now })
    return {
      added: [...(isNew ? [`${people.length} persons`] : []), ...(fixes > 0 ? [`${fixes} fixes`] : [])],
    }
  } finally {
    await sink.close()
  }
}

async function hasFixes(
  dataSource: DataSource,
  organizationId: string,
  externalIds: readonly string[],
): Promise<boolean> {
  const found = await rows(
    dataSource,
    `select from devices where organization_id = $1 and external_id = any ($2::text[])
       and exists (select from fixes where fixes.device_no = devices.device_no)`,
    [organizationId, externalIds],
  )
  return found.length > 0
}

/** @returns false when they were there */
async function addPeople(
  manager: EntityManager,
  organizationId: string,
  seed: LocationsSeed,
  people: readonly SeededPerson[],
): Promise<boolean> {
  const last = people.at(-1)?.externalId ?? ''
  const there = await rows(manager, 'select 1 from devices where organization_id = $1 and external_id = $2', [
    organizationId,
    last,
  ])
  // Also that some of them were erased since is no reason to make them again.
  if (there.length > 0) return false
  await organizationNo(manager, organizationId)
  await rows(manager, 'update location_policies set retention_days = $2 where organization_id = $1', [
    organizationId,
    seed.retentionDays,
  ])
  const idOf = (kind: string, key: string) => v5(`${organizationId} ${kind} ${key}`, NAMESPACE)
  const externalIds = people.map(({ externalId }) => externalId)
  const persons = externalIds.map((externalId) => idOf('person', externalId))
  await rows(
    manager,
    `insert into persons (id, organization_id, display_name, external_id, user_id)
     select made.id, $1, made.display_name, made.external_id, made.user_id
     from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) as made (id, display_name, external_id, user_id)
     on conflict do nothing`,
    [
      organizationId,
      persons,
      people.map(({ citizen, member }) => member?.displayName ?? citizen.displayName),
      externalIds,
      people.map(({ member }) => member?.id ?? null),
    ],
  )
  await rows(
    manager,
    `insert into devices (id, organization_id, person_id, display_name, external_id)
     select made.id, $1, persons.id, 'Telephone', made.external_id
     from unnest($2::uuid[], $3::text[]) as made (id, external_id)
     join persons on persons.organization_id = $1 and persons.external_id = made.external_id
     on conflict do nothing`,
    [organizationId, externalIds.map((externalId) => idOf('device', externalId)), externalIds],
  )
  const random = new Random(seed.city.seed)
  for (const { slug, displayName, description, consents } of seed.purposes) {
    const consenting = persons.filter(
      (_, index) => random.chance(consents) || people[index]?.member !== undefined,
    )
    await rows(
      manager,
      `insert into location_purposes (id, organization_id, slug, display_name, description)
       values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [idOf('purpose', slug), organizationId, slug, displayName, description],
    )
    await rows(
      manager,
      `insert into consents (id, person_id, purpose_id, note)
       select made.id, made.person_id, location_purposes.id, 'On paper, at the town hall'
       from unnest($3::uuid[], $4::uuid[]) as made (id, person_id)
       join persons on persons.id = made.person_id
       join location_purposes on location_purposes.organization_id = $1 and location_purposes.slug = $2
       on conflict do nothing`,
      [organizationId, slug, consenting.map((person) => idOf('consent', `${slug} ${person}`)), consenting],
    )
  }
  return true
}

/** @returns how many fixes it added */
async function addDay(day: {
  readonly dataSource: DataSource
  readonly sink: DirectFixSink
  readonly organizationId: string
  readonly seed: LocationsSeed
  readonly people: readonly SeededPerson[]
  readonly now: Date
}): Promise<number> {
  const { dataSource, sink, organizationId, seed, people, now } = day
  const known = new KnownDevices(dataSource)
  const refs = people.map(({ externalId }) => externalId)
  const devices = await known.resolve(organizationId, refs)
  const beginMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS - DAY_MS
  const random = new Random(seed.city.seed + 1)
  let builder = new FixBatchBuilder(devices, { nowMs: now.getTime(), capacity: BATCH_FIXES })
  let added = 0
  const write = async () => {
    added += (await sink.write(builder.build())).accepted
    builder = new FixBatchBuilder(devices, { nowMs: now.getTime(), capacity: BATCH_FIXES })
  }
  for (const { externalId, citizen } of people) {
    const device = devices.find(externalId)
    for (const { atS, latitude, longitude, accuracyM } of citizenFixes(random, citizen))
      if (device !== undefined) builder.add(device, beginMs + atS * 1000, latitude, longitude, accuracyM)
    if (builder.length >= BATCH_FIXES) await write()
  }
  if (builder.length > 0) await write()
  return added
}
