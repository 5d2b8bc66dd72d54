import { createDataSource } from '../../../database/index.ts'
import { searchRadiusM } from './connection-rule.ts'
import { coveredCandidates, readCovered } from './covered-candidates.ts'
import type { NeighbourQuery, NeighbourSource } from './neighbour-source.ts'
import type { ReadSession } from './read-session.ts'
import type { TrackFix } from './track-fix.ts'

const PLACE = 'geography(st_makepoint(longitude, latitude))'
/** PostGIS reckons with other formulae than haversines: nanometres apart, decided by contactsBetween(). */
const MARGIN_M = 0.001

/**
 * Makes the index that the search by PostGIS needs: of every partition, and of those to come. Its extensions must be
 * installed on the server, and the database's owner must be allowed to create them, or have them created.
 */
export async function preparePostgis(databaseUrl: string): Promise<void> {
  const dataSource = await createDataSource(databaseUrl, { statementTimeoutMs: 0 }).initialize()
  try {
    await dataSource.query('create extension if not exists postgis')
    await dataSource.query('create extension if not exists btree_gist')
    await dataSource.query(
      `create index if not exists fixes_by_geography on fixes using gist (${PLACE}, recorded_at)`,
    )
  } finally {
    await dataSource.destroy()
  }
}

const NEAR = coveredCandidates(`
    select distinct on (fix.device_no, fix.recorded_at) fix.*
    from unnest($4::float8[], $5::float8[], $6::float8[], $7::float8[])
      as own (time_s, latitude, longitude, radius_m)
    cross join lateral (
      select person_no, device_no, recorded_at, latitude, longitude, accuracy_m from fixes
      where organization_no = $3 and recorded_at >= $9 and recorded_at < $10
        and recorded_at between to_timestamp(own.time_s - $8) and to_timestamp(own.time_s + $8)
        and st_dwithin(${PLACE}, geography(st_makepoint(own.longitude, own.latitude)), own.radius_m, false)
        and person_no <> $11
      offset 0
    ) as fix
    limit $12`)

/** Finds neighbours by an index of PostGIS, which a database may have: one statement, one look-up a fix. */
export const postgisNeighbours: NeighbourSource = {
  async near(session: ReadSession, query: NeighbourQuery): Promise<TrackFix[] | undefined> {
    const { rule, own, span, limit } = query
    return readCovered(session, query, NEAR, [
      own.map(({ timeMs }) => timeMs / 1000),
      own.map(({ latitude }) => latitude),
      own.map(({ longitude }) => longitude),
      own.map((fix) => searchRadiusM(rule, fix) + MARGIN_M),
      rule.withinMs / 1000,
      new Date(span.startMs),
      new Date(span.endMs),
      query.personNo,
      limit + 1,
    ])
  },
}
