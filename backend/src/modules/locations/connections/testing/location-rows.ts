import { latLngToCell } from 'h3-js'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { BUCKET_MS, CELL_RESOLUTION } from '../../fixes/fix-cell.ts'
import { organizationNo } from '../../organization-no.ts'
import type { SearchScope } from '../search-scope.ts'
import type { TrackFix } from '../track-fix.ts'

/** A consent to the one purpose; unlimited where it does not tell. */
export interface GivenConsent {
  readonly personNo: number
  readonly startMs?: number
  readonly endMs?: number
  readonly withdrawn?: boolean
}

/** Persons of the numbers 1, 2, .. of one organisation, each with the devices 10 n and 10 n + 1. */
export class LocationRows {
  readonly scope: SearchScope
  readonly #dataSource: DataSource
  readonly #days = new Set<string>()

  private constructor(dataSource: DataSource, scope: SearchScope) {
    this.#dataSource = dataSource
    this.scope = scope
  }

  /** @param slug of an organisation that is made when it is not there */
  static async create(dataSource: DataSource, persons: number, slug = 'walkers'): Promise<LocationRows> {
    await dataSource.query(
      `insert into organizations (id, slug, display_name, kind) values ($1, $2, 'Walkers', 'MEMBER')
       on conflict (slug) do nothing`,
      [v7(), slug],
    )
    const [{ id: organizationId }] = await dataSource.query<[{ id: string }]>(
      'select id from organizations where slug = $1',
      [slug],
    )
    const purposeId = v7()
    await dataSource.query(
      `insert into location_purposes (id, organization_id, slug, display_name) values ($1, $2, 'tracing', 'Tracing')`,
      [purposeId, organizationId],
    )
    await dataSource.query(
      `insert into persons (id, person_no, organization_id, display_name) overriding system value
       select gen_random_uuid(), no, $1, 'Person ' || no from generate_series(1, $2::int) as no`,
      [organizationId, persons],
    )
    await dataSource.query(
      `insert into devices (id, device_no, organization_id, person_id, display_name) overriding system value
       select gen_random_uuid(), 10 * person_no + no, $1, id, 'Device' from persons, generate_series(0, 1) as no`,
      [organizationId],
    )
    const no = await organizationNo(dataSource, organizationId)
    return new LocationRows(dataSource, { organizationId, organizationNo: no, purposeId })
  }

  async consent(given: readonly GivenConsent[]): Promise<void> {
    await this.#dataSource.query('delete from consents')
    await this.#dataSource.query(
      `insert into consents (id, person_id, purpose_id, start_time, end_time, withdraw_time)
       select gen_random_uuid(), persons.id, $1, coalesce(given.start_time, '-infinity'),
         coalesce(given.end_time, 'infinity'), case when given.withdrawn then now() end
       from jsonb_to_recordset($2) as given
         (person_no integer, start_time timestamptz, end_time timestamptz, withdrawn boolean)
       join persons using (person_no)`,
      [
        this.scope.purposeId,
        JSON.stringify(
          given.map(({ personNo, startMs, endMs, withdrawn }) => ({
            person_no: personNo,
            start_time: startMs === undefined ? null : new Date(startMs),
            end_time: endMs === undefined ? null : new Date(endMs),
            withdrawn: withdrawn ?? false,
          })),
        ),
      ],
    )
  }

  /** In place of those that are there. */
  async replaceFixes(fixes: readonly TrackFix[]): Promise<void> {
    for (const day of new Set(fixes.map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10)))) {
      if (this.#days.has(day)) continue
      await this.#dataSource.query('select make_fixes_partition($1)', [day])
      this.#days.add(day)
    }
    await this.#dataSource.query('delete from fixes')
    await this.#dataSource.query(
      `insert into fixes (organization_no, bucket, cell, person_no, device_no, recorded_at, latitude, longitude, accuracy_m)
       select $1, * from unnest($2::int4[], $3::int8[], $4::int4[], $5::int4[], $6::timestamptz[], $7::float8[],
         $8::float8[], $9::float4[])`,
      [
        this.scope.organizationNo,
        fixes.map(({ timeMs }) => Math.floor(timeMs / BUCKET_MS)),
        fixes.map(({ latitude, longitude }) =>
          BigInt(`0x${latLngToCell(latitude, longitude, CELL_RESOLUTION)}`).toString(),
        ),
        fixes.map(({ personNo }) => personNo),
        fixes.map(({ deviceNo }) => deviceNo),
        fixes.map(({ timeMs }) => new Date(timeMs).toISOString()),
        fixes.map(({ latitude }) => latitude),
        fixes.map(({ longitude }) => longitude),
        fixes.map(({ accuracyM }) => accuracyM),
      ],
    )
  }
}
