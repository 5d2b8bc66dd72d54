import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'
import { namesOfPerson } from './names-of-person.ts'

/** What stands of a person, for all who keep something of them. */
export interface ErasedPerson {
  readonly organizationId: string
  readonly personId: string
  readonly displayName: string
  readonly externalId: string | undefined
  readonly deviceIds: readonly string[]
  readonly deviceNos: readonly number[]
  readonly deviceExternalIds: readonly string[]
}

/** Holds the person until the transaction ends; undefined when the organisation has none such, or no more. */
export async function lockPerson(
  database: Database,
  organizationId: string,
  personId: string,
): Promise<ErasedPerson | undefined> {
  const [person] = await rows<{ display_name: string; external_id: string | null }>(
    database,
    'select display_name, external_id from persons where organization_id = $1 and id = $2 for update',
    [organizationId, personId],
  )
  if (person === undefined) return undefined
  const devices = await rows<{ id: string; device_no: number; external_id: string | null }>(
    database,
    'select id, device_no, external_id from devices where person_id = $1 order by device_no for update',
    [personId],
  )
  return {
    organizationId,
    personId,
    displayName: person.display_name,
    externalId: person.external_id ?? undefined,
    deviceIds: devices.map(({ id }) => id),
    deviceNos: devices.map(({ device_no }) => device_no),
    deviceExternalIds: devices.flatMap(({ external_id }) => (external_id === null ? [] : [external_id])),
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000'
const ERASED = '[erased]'

/**
 * Takes the person out of what others looked at: who was asked about and shown, what else was asked, and the reasons
 * that name them.
 *
 * @returns how many looks told of the person
 */
export async function redactLooks(database: Database, person: ErasedPerson): Promise<number> {
  const { organizationId, personId } = person
  const ids = [personId, ...person.deviceIds]
  const named = namesOfPerson(person)
  const redacted = await rows<{ id: string }>(
    database,
    `with gone as (
       delete from location_look_persons where person_id = $2 returning look_id
     )
     update location_looks set
       details = regexp_replace(details::text, $4, $5, 'gi')::jsonb
         || case when id in (select look_id from gone) then jsonb_build_object('erasedPersons',
           coalesce((details->>'erasedPersons')::int, 0) + 1) else '{}' end,
       reason = case when $3 = '' then reason else regexp_replace(reason, $3, $6, 'gi') end
     where organization_id = $1
       and (id in (select look_id from gone) or details::text ~* $4 or ($3 <> '' and reason ~* $3))
     returning id`,
    [organizationId, personId, named, ids.join('|'), NOBODY, ERASED],
  )
  return redacted.length
}

/** Takes away all of the person but the fixes, whose erasure is remembered until the last is gone. */
export async function erasePersonRows(database: Database, person: ErasedPerson): Promise<string> {
  const id = v7()
  await database.query('delete from consents where person_id = $1', [person.personId])
  await database.query('insert into location_erasures (id, device_nos) values ($1, $2)', [
    id,
    person.deviceNos,
  ])
  await database.query('delete from devices where person_id = $1', [person.personId])
  await database.query('delete from persons where id = $1', [person.personId])
  return id
}

/** Erasures that were begun before then and have fixes left, by their UUIDs: the oldest first. */
export async function unfinishedErasures(database: Database, minimumAgeMs: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    database,
    `select id from location_erasures where create_time <= now() - make_interval(secs => $1)
     order by create_time, id limit 100`,
    [minimumAgeMs / 1000],
  )
  return found.map(({ id }) => id)
}

/** Undefined when it is finished. */
export async function devicesOfErasure(database: Database, id: string): Promise<number[] | undefined> {
  const [found] = await rows<{ device_nos: number[] }>(
    database,
    'select device_nos from location_erasures where id = $1',
    [id],
  )
  return found?.device_nos
}

export async function endErasure(database: Database, id: string): Promise<void> {
  await database.query('delete from location_erasures where id = $1', [id])
}

/** Partitions of fixes, as SQL names them. */
export async function fixPartitions(database: Database): Promise<string[]> {
  const found = await rows<{ name: string }>(
    database,
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'fixes'::regclass
     order by 1 desc`,
    [],
  )
  return found.map(({ name }) => name)
}

/**
 * @param partition as fixPartitions tells it
 * @returns how many there were
 */
export async function deleteFixes(
  database: Database,
  partition: string,
  deviceNos: readonly number[],
): Promise<number> {
  const [, count]: [unknown, number] = await database.query(
    `delete from ${partition} where device_no = any ($1::int4[])`,
    [deviceNos],
  )
  return count
}
