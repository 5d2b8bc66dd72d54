import type { DataSource } from 'typeorm'

/** What the reference is asked: as FindConnections, with the default rule unless told. */
export interface ReferenceQuery {
  readonly personNo: number
  readonly startMs: number
  readonly endMs: number
  readonly distanceM: number
  readonly withinS: number
  readonly gapS: number
}

export interface ReferenceEpisode {
  readonly person_no: number
  readonly start_ms: number
  readonly end_ms: number
  readonly closest_m: number
}

/**
 * The same fixes as PostGIS keeps them: geography on the sphere, an index on it, one on persons and times. With
 * `timeToo`, the spatial index has the time as its second column (btree_gist), which is more than is usual.
 */
export async function makeReference(dataSource: DataSource, timeToo: boolean): Promise<void> {
  await dataSource.query('create extension if not exists postgis')
  await dataSource.query('create extension if not exists btree_gist')
  await dataSource.query(`set maintenance_work_mem = '512MB'`)
  await dataSource.query(
    `create table if not exists reference_fixes as
     select person_no, device_no, recorded_at, geography(st_makepoint(longitude, latitude)) as place from fixes`,
  )
  await dataSource.query('drop index if exists reference_by_place')
  await dataSource.query(
    `create index reference_by_place on reference_fixes using gist (place${timeToo ? ', recorded_at' : ''})`,
  )
  await dataSource.query(
    'create index if not exists reference_by_person on reference_fixes (person_no, recorded_at)',
  )
  await dataSource.query('vacuum analyze reference_fixes')
}

/** One statement: each fix of the person against the spatial index, then episodes by window functions. */
const EPISODES = `with own as materialized (
    select recorded_at, place from reference_fixes
    where person_no = $1 and recorded_at >= $2 and recorded_at < $3
  ), contact as (
    select other.person_no, least(own.recorded_at, other.recorded_at) as start_time,
      greatest(own.recorded_at, other.recorded_at) as end_time,
      st_distance(own.place, other.place, false) as distance
    from own join reference_fixes other on st_dwithin(other.place, own.place, $4, false)
      and other.recorded_at between own.recorded_at - $5::int * interval '1 s' and own.recorded_at + $5::int * interval '1 s'
    where other.person_no <> $1 and other.recorded_at >= $2 and other.recorded_at < $3
  ), spaced as (
    select *, start_time - max(end_time) over (
      partition by person_no order by start_time rows between unbounded preceding and 1 preceding) as gap
    from contact
  ), numbered as (
    select *, count(*) filter (where gap > $6::int * interval '1 s')
      over (partition by person_no order by start_time rows unbounded preceding) as episode
    from spaced
  )
  select person_no, extract(epoch from min(start_time))::float8 * 1000 as start_ms,
    extract(epoch from max(end_time))::float8 * 1000 as end_ms, min(distance) as closest_m
  from numbered group by person_no, episode order by start_ms, person_no`

export function referenceEpisodes(
  dataSource: DataSource,
  query: ReferenceQuery,
): Promise<ReferenceEpisode[]> {
  return dataSource.query(EPISODES, [
    query.personNo,
    new Date(query.startMs),
    new Date(query.endMs),
    query.distanceM,
    query.withinS,
    query.gapS,
  ])
}

/** The way that asks once for each fix. @returns how many rows it found */
export async function askPerFix(dataSource: DataSource, query: ReferenceQuery): Promise<number> {
  const own: { recorded_at: Date; latitude: number; longitude: number }[] = await dataSource.query(
    `select recorded_at, st_y(place::geometry) as latitude, st_x(place::geometry) as longitude from reference_fixes
     where person_no = $1 and recorded_at >= $2 and recorded_at < $3`,
    [query.personNo, new Date(query.startMs), new Date(query.endMs)],
  )
  let found = 0
  for (const { recorded_at, latitude, longitude } of own) {
    const near: unknown[] = await dataSource.query(
      `select person_no, recorded_at, st_distance(place, geography(st_makepoint($2, $1)), false) as distance
       from reference_fixes
       where st_dwithin(place, geography(st_makepoint($2, $1)), $3, false) and person_no <> $4
         and recorded_at between $5::timestamptz - $6::int * interval '1 s' and $5::timestamptz + $6::int * interval '1 s'`,
      [latitude, longitude, query.distanceM, query.personNo, recorded_at, query.withinS],
    )
    found += near.length
  }
  return found
}
