import { v7 } from 'uuid'
import { personNotFound } from '../consent/index.ts'
import { type Database, rows } from '../sql.ts'

export interface NewLook {
  /** UUID of a look that is written down once, however often it is begun; default: a new one. */
  readonly id?: string
  readonly organizationId: string
  /** The user who looks. */
  readonly actorId: string
  /** What was asked, such as "FindConnections", or a job's name. */
  readonly method: string
  readonly purposeId: string
  readonly reason: string
  /** Half open: from `start` on, and before `end`. */
  readonly window?: { readonly start: Date; readonly end: Date } | undefined
  /** UUIDs of the persons asked about. */
  readonly asked?: readonly string[]
  /** How many persons were counted in an aggregate, who are not written down one by one. */
  readonly countedPersons?: number
  /** What else was asked; persons by their UUIDs only, so that they can be erased from it. JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * Writes down that somebody looks. To be committed before anything is answered.
 *
 * @returns the look's UUID, for `addShown`
 * @throws DomainError NOT_FOUND when one of those asked about may not be looked at for the purpose, and then nothing is
 * written down
 */
export async function recordLook(database: Database, look: NewLook): Promise<string> {
  const id = look.id ?? v7()
  const asked = [...new Set(look.asked)]
  const [answer] = await rows<{ allowed: boolean }>(
    database,
    `with asked as (
       select persons.id from persons
       where persons.id = any ($10::uuid[]) and persons.organization_id = $2 and ${consents('persons.id', '$5')}
       order by persons.id
       for key share of persons
     ), look as (
       insert into location_looks
         (id, organization_id, actor_id, method, purpose_id, reason, window_start_time, window_end_time, details)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb
       where (select count(*) from asked) = cardinality($10::uuid[])
       on conflict (id) do nothing
       returning id
     ), persons as (
       insert into location_look_persons (look_id, person_id, asked)
       select look.id, asked.id, true from look, asked
     )
     select count(*) = cardinality($10::uuid[]) as allowed from asked`,
    [
      id,
      look.organizationId,
      look.actorId,
      look.method,
      look.purposeId,
      look.reason,
      look.window?.start ?? null,
      look.window?.end ?? null,
      JSON.stringify({
        ...look.details,
        ...(look.countedPersons === undefined ? {} : { countedPersons: look.countedPersons }),
      }),
      asked,
    ],
  )
  if (answer?.allowed !== true) throw personNotFound()
  return id
}

export interface ExportLook {
  readonly organizationId: string
  /** The user who exports. */
  readonly actorId: string
  readonly personId: string
}

/**
 * Writes down that somebody exports all that is kept of a person, which needs no consent. To be committed before anything
 * is answered.
 *
 * @throws DomainError NOT_FOUND when the organisation has no such person
 */
export async function recordExport(
  database: Database,
  { organizationId, actorId, personId }: ExportLook,
): Promise<void> {
  const [written] = await rows<{ look_id: string }>(
    database,
    `with person as (
       select id from persons where id = $4 and organization_id = $2 for key share
     ), look as (
       insert into location_looks (id, organization_id, actor_id, method, reason)
       select $1, $2, $3, 'ExportPerson', '' from person
       returning id
     )
     insert into location_look_persons (look_id, person_id, asked)
     select look.id, person.id, true from look, person
     returning look_id`,
    [v7(), organizationId, actorId, personId],
  )
  if (written === undefined) throw personNotFound()
}

/**
 * Writes down that a look shows these persons too, before they are shown; those who stand there already stay as they
 * are.
 *
 * @returns those who may still be shown: no others, who were erased, or whose consent was withdrawn, in between
 */
export async function addShown(
  database: Database,
  lookId: string,
  personIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (personIds.length === 0) return new Set()
  const shown = await rows<{ id: string }>(
    database,
    `with shown as (
       select persons.id from location_looks
       join persons on persons.organization_id = location_looks.organization_id
         and persons.id = any ($2::uuid[])
       where location_looks.id = $1 and ${consents('persons.id', 'location_looks.purpose_id')}
       order by persons.id
       for key share of persons
     ), added as (
       insert into location_look_persons (look_id, person_id, asked)
       select $1, id, false from shown
       on conflict (look_id, person_id) do nothing
     )
     select id from shown`,
    [lookId, personIds],
  )
  return new Set(shown.map(({ id }) => id))
}

const consents = (personId: string, purposeId: string) =>
  `exists (select from consents where consents.person_id = ${personId} and consents.purpose_id = ${purposeId}
     and consents.withdraw_time is null)`
