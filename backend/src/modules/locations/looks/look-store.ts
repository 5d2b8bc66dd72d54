import { type Database, rows } from '../sql.ts'

export interface LookedAt {
  readonly displayName: string
  /** Asked about; otherwise shown beside those. */
  readonly asked: boolean
}

export interface Look {
  readonly id: string
  readonly organizationId: string
  readonly time: Date
  readonly actorDisplayName: string
  readonly method: string
  /** Empty for an export, which is for the person. */
  readonly purposeDisplayName: string
  readonly reason: string
  readonly windowStartTime: Date | undefined
  readonly windowEndTime: Date | undefined
  /** The first of them: those asked about before others. */
  readonly persons: readonly LookedAt[]
  readonly personCount: number
}

/** Where a page ended: the time as PostgreSQL writes it, and the id. */
export interface LookCursor {
  readonly time: string
  readonly id: string
}

interface LookRow {
  id: string
  organization_id: string
  time: Date
  position: string
  actor_display_name: string
  method: string
  purpose_display_name: string
  reason: string
  window_start_time: Date | null
  window_end_time: Date | null
  persons: { displayName: string; asked: boolean }[]
  person_count: number
}

function lookOf(row: LookRow): Look {
  return {
    id: row.id,
    organizationId: row.organization_id,
    time: row.time,
    actorDisplayName: row.actor_display_name,
    method: row.method,
    purposeDisplayName: row.purpose_display_name,
    reason: row.reason,
    windowStartTime: row.window_start_time ?? undefined,
    windowEndTime: row.window_end_time ?? undefined,
    persons: row.persons,
    personCount: row.person_count,
  }
}

export interface PageOfLooks {
  readonly looks: readonly Look[]
  readonly next: LookCursor | undefined
}

const COLUMNS = `
  looks.id, looks.organization_id, looks.time, looks.time::text as position,
  users.display_name as actor_display_name, method,
  coalesce(location_purposes.display_name, '') as purpose_display_name,
  reason, window_start_time, window_end_time`
const SOURCES = `
  location_looks looks
  join users on users.id = actor_id
  left join location_purposes on location_purposes.id = purpose_id`
const PAGE = `
  and ($2::timestamptz is null or (looks.time, looks.id) < ($2, $3::uuid))
  order by looks.time desc, looks.id desc limit $4`

/** Everyone who was counted in an aggregate, and those who are written down: told or erased since. */
const PERSON_COUNT = `
  (select count(*)::int from location_look_persons where look_id = looks.id)
    + coalesce((details->>'countedPersons')::int, 0) + coalesce((details->>'erasedPersons')::int, 0)
  as person_count`

/** Of the organisation, or of those the ones that concern a person; the newest first. */
export async function listLooks(
  database: Database,
  organizationId: string,
  personId: string | undefined,
  after: LookCursor | undefined,
  limit: number,
  personsListed: number,
): Promise<PageOfLooks> {
  const found = await rows<LookRow>(
    database,
    `select ${COLUMNS}, ${PERSON_COUNT},
       coalesce((select jsonb_agg(jsonb_build_object('displayName', first.display_name, 'asked', first.asked))
         from (select persons.display_name, asked from location_look_persons
           join persons on persons.id = person_id
           where look_id = looks.id order by asked desc, persons.display_name, persons.id limit $6) as first),
         '[]') as persons
     from ${SOURCES}
     where looks.organization_id = $1
       and ($5::uuid is null or exists (select from location_look_persons
         where person_id = $5 and look_id = looks.id)) ${PAGE}`,
    [organizationId, after?.time ?? null, after?.id ?? null, limit + 1, personId ?? null, personsListed],
  )
  return pageOf(found, limit)
}

/** Those that concern the persons that a user is, as far as they concern them; the newest first. */
export function listLooksOfUser(
  database: Database,
  userId: string,
  after: LookCursor | undefined,
  limit: number,
): Promise<PageOfLooks> {
  return listLooksAt(database, 'persons.user_id', userId, after, limit)
}

/** Those that concern a person, as far as they do; the newest first. */
export function looksOfPerson(
  database: Database,
  personId: string,
  after: LookCursor | undefined,
  limit: number,
): Promise<PageOfLooks> {
  return listLooksAt(database, 'persons.id', personId, after, limit)
}

async function listLooksAt(
  database: Database,
  column: 'persons.id' | 'persons.user_id',
  id: string,
  after: LookCursor | undefined,
  limit: number,
): Promise<PageOfLooks> {
  const found = await rows<LookRow>(
    database,
    `select ${COLUMNS}, 1 as person_count,
       jsonb_build_array(jsonb_build_object('displayName', persons.display_name, 'asked', asked)) as persons
     from ${SOURCES}
     join location_look_persons on look_id = looks.id
     join persons on persons.id = person_id and ${column} = $1
     where true ${PAGE}`,
    [id, after?.time ?? null, after?.id ?? null, limit + 1],
  )
  return pageOf(found, limit)
}

function pageOf(found: readonly LookRow[], limit: number): PageOfLooks {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    looks: page.map(lookOf),
    next: found.length > limit && last !== undefined ? { time: last.position, id: last.id } : undefined,
  }
}
