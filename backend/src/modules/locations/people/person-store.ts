import type { NamedRow } from '../page-by-name.ts'
import { type Database, rows } from '../sql.ts'

export interface Person {
  readonly id: string
  readonly displayName: string
  /** Empty for none. */
  readonly externalId: string
  readonly userId: string | undefined
  readonly userDisplayName: string
  readonly deviceCount: number
  /** Slugs of the purposes that a consent in force covers now. */
  readonly purposeSlugs: readonly string[]
  readonly lastFixTime: Date | undefined
  readonly createTime: Date
}

/** A person, and whose. */
export interface OwnedPerson {
  readonly person: Person
  readonly organizationId: string
}

interface PersonRow {
  id: string
  organization_id: string
  display_name: string
  external_id: string | null
  user_id: string | null
  user_display_name: string | null
  device_count: number
  purpose_slugs: string[]
  last_fix_time: Date | null
  create_time: Date
}

function personOf(row: PersonRow): Person {
  return {
    id: row.id,
    displayName: row.display_name,
    externalId: row.external_id ?? '',
    userId: row.user_id ?? undefined,
    userDisplayName: row.user_display_name ?? '',
    deviceCount: row.device_count,
    purposeSlugs: row.purpose_slugs,
    lastFixTime: row.last_fix_time ?? undefined,
    createTime: row.create_time,
  }
}

/** Partitions are ordered by time: the last fix of a device is looked for from the newest day on, until it is found. */
const SELECT = `
  select persons.id, persons.organization_id, persons.display_name, external_id, user_id,
    users.display_name as user_display_name, persons.create_time,
    (select count(*)::int from devices where person_id = persons.id) as device_count,
    array(select distinct slug from consents
      join location_purposes on location_purposes.id = purpose_id
      where person_id = persons.id and withdraw_time is null and start_time <= now() and now() < end_time
      order by slug) as purpose_slugs,
    (select max(last_fix.recorded_at) from devices, lateral (
      select recorded_at from fixes where fixes.device_no = devices.device_no
      order by recorded_at desc limit 1) as last_fix
     where devices.person_id = persons.id) as last_fix_time
  from persons left join users on users.id = user_id`

/** By display name. */
export async function listPersons(
  database: Database,
  organizationId: string,
  search: string,
  after: NamedRow | undefined,
  limit: number,
): Promise<Person[]> {
  const found = await rows<PersonRow>(
    database,
    `${SELECT} where persons.organization_id = $1
       and ($2 = '' or persons.display_name ilike $3 or external_id ilike $3)
       and ($4::text is null or (persons.display_name, persons.id) > ($4, $5::uuid))
     order by persons.display_name, persons.id limit $6`,
    [
      organizationId,
      search,
      `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`,
      after?.displayName ?? null,
      after?.id ?? null,
      limit,
    ],
  )
  return found.map(personOf)
}

export async function findPerson(
  database: Database,
  organizationId: string,
  id: string,
): Promise<Person | undefined> {
  const [row] = await rows<PersonRow>(
    database,
    `${SELECT} where persons.organization_id = $1 and persons.id = $2`,
    [organizationId, id],
  )
  return row === undefined ? undefined : personOf(row)
}

/** The persons that a user is, by organisation. */
export async function personsOfUser(
  database: Database,
  userId: string,
  limit: number,
): Promise<OwnedPerson[]> {
  const found = await rows<PersonRow>(
    database,
    `${SELECT} join organizations on organizations.id = persons.organization_id
     where user_id = $1 order by organizations.display_name, persons.id limit $2`,
    [userId, limit],
  )
  return found.map((row) => ({ person: personOf(row), organizationId: row.organization_id }))
}

export interface PersonFields {
  readonly displayName: string
  readonly externalId: string
  readonly userId: string | undefined
}

/** Fails with 23505 when the external id or the user is another person's. */
export async function insertPerson(
  database: Database,
  organizationId: string,
  id: string,
  { displayName, externalId, userId }: PersonFields,
): Promise<void> {
  await database.query(
    `insert into persons (id, organization_id, display_name, external_id, user_id)
     values ($1, $2, $3, nullif($4, ''), $5)`,
    [id, organizationId, displayName, externalId, userId ?? null],
  )
}

export interface PersonColumns {
  readonly display_name?: string
  readonly external_id?: string | null
  readonly user_id?: string | null
}

/** False when the organisation has no such person. Fails with 23505 as insertPerson does. */
export async function updatePerson(
  database: Database,
  organizationId: string,
  id: string,
  update: PersonColumns,
): Promise<boolean> {
  const entries = Object.entries(update)
  const updated = await rows(
    database,
    `update persons set ${entries.map(([column], index) => `${column} = $${index + 3}`).join(', ')}
     where organization_id = $1 and id = $2 returning id`,
    [organizationId, id, ...entries.map(([, value]) => value)],
  )
  return updated.length > 0
}
