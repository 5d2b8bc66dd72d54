import { v7 } from 'uuid'
import { type Database, rows } from '../sql.ts'

export interface Consent {
  readonly id: string
  readonly personId: string
  readonly purposeSlug: string
  readonly purposeDisplayName: string
  /** Undefined for no bound. */
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly withdrawTime: Date | undefined
  /** Empty once that user is no more. */
  readonly recorderDisplayName: string
  readonly note: string
  readonly createTime: Date
}

interface ConsentRow {
  id: string
  person_id: string
  purpose_slug: string
  purpose_display_name: string
  start_time: Date | null
  end_time: Date | null
  withdraw_time: Date | null
  recorder_display_name: string | null
  note: string
  create_time: Date
}

function consentOf(row: ConsentRow): Consent {
  return {
    id: row.id,
    personId: row.person_id,
    purposeSlug: row.purpose_slug,
    purposeDisplayName: row.purpose_display_name,
    startTime: row.start_time ?? undefined,
    endTime: row.end_time ?? undefined,
    withdrawTime: row.withdraw_time ?? undefined,
    recorderDisplayName: row.recorder_display_name ?? '',
    note: row.note,
    createTime: row.create_time,
  }
}

const SELECT = `
  select consents.id, person_id, location_purposes.slug as purpose_slug,
    location_purposes.display_name as purpose_display_name,
    nullif(start_time, '-infinity') as start_time, nullif(end_time, 'infinity') as end_time, withdraw_time,
    users.display_name as recorder_display_name, note, consents.create_time
  from consents
  join location_purposes on location_purposes.id = purpose_id
  left join users on users.id = recorder_id`

/** Of these persons: each person's newest first. */
export async function consentsOf(
  database: Database,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Consent[]>> {
  const found = await rows<ConsentRow>(
    database,
    `${SELECT} where person_id = any ($1::uuid[]) order by consents.create_time desc, consents.id desc`,
    [personIds],
  )
  return Map.groupBy(found.map(consentOf), ({ personId }) => personId)
}

/** Those of the persons who are the organisation's, and how many consents each has; held until the transaction ends. */
export async function countConsentsLocked(
  database: Database,
  organizationId: string,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = await rows<{ id: string }>(
    database,
    `select id from persons where organization_id = $1 and id = any ($2::uuid[]) order by id
     for no key update`,
    [organizationId, personIds],
  )
  const counted = await rows<{ person_id: string; count: number }>(
    database,
    `select person_id, count(*)::int as count from consents where person_id = any ($1::uuid[])
     group by person_id`,
    [found.map(({ id }) => id)],
  )
  const counts = new Map(counted.map(({ person_id, count }) => [person_id, count]))
  return new Map(found.map(({ id }) => [id, counts.get(id) ?? 0]))
}

export interface NewConsent {
  readonly purposeId: string
  readonly startTime: Date | undefined
  readonly endTime: Date | undefined
  readonly recorderId: string
  readonly note: string
}

/**
 * Of each person, unless the very same is in force: then one withdrawal would not be enough.
 *
 * @returns how many were written down
 */
export async function insertConsents(
  database: Database,
  personIds: readonly string[],
  consent: NewConsent,
): Promise<number> {
  const made = await rows(
    database,
    `insert into consents (id, person_id, purpose_id, start_time, end_time, recorder_id, note)
     select given.id, given.person_id, $3, range.start_time, range.end_time, $6, $7
     from unnest($1::uuid[], $2::uuid[]) as given (id, person_id),
       (select coalesce($4, '-infinity'::timestamptz) as start_time,
          coalesce($5, 'infinity'::timestamptz) as end_time) as range
     where not exists (select from consents
       where consents.person_id = given.person_id and consents.purpose_id = $3
         and consents.withdraw_time is null
         and consents.start_time = range.start_time and consents.end_time = range.end_time)
     returning id`,
    [
      personIds.map(() => v7()),
      personIds,
      consent.purposeId,
      consent.startTime ?? null,
      consent.endTime ?? null,
      consent.recorderId,
      consent.note,
    ],
  )
  return made.length
}

/** Undefined when the person has no such consent; one that is withdrawn stays withdrawn since then. */
export async function withdrawConsent(
  database: Database,
  personId: string,
  consentId: string,
): Promise<Consent | undefined> {
  await rows(
    database,
    `update consents set withdraw_time = now()
     where id = $1 and person_id = $2 and withdraw_time is null`,
    [consentId, personId],
  )
  const [row] = await rows<ConsentRow>(database, `${SELECT} where consents.id = $1 and person_id = $2`, [
    consentId,
    personId,
  ])
  return row === undefined ? undefined : consentOf(row)
}
