import { coveredCandidates, readCovered } from './covered-candidates.ts'
import type { NeighbourQuery, NeighbourSource } from './neighbour-source.ts'
import type { ReadSession } from './read-session.ts'
import { searchKeys } from './search-keys.ts'
import type { TrackFix } from './track-fix.ts'

/** offset 0: from each key to its fixes by the index, whatever statistics say of days that were empty a moment ago. */
const NEAR = coveredCandidates(`
    select fix.* from unnest($4::int4[], $5::int8[], $6::int8[], $7::float8[], $8::float8[], $9::float8[],
      $10::float8[], $11::float8[], $12::float8[])
      as key (bucket, first, last, start_s, end_s, south, north, west, east)
    cross join lateral (
      select person_no, device_no, recorded_at, latitude, longitude, accuracy_m from fixes
      where organization_no = $3 and bucket = key.bucket and cell between key.first and key.last
        and recorded_at >= $13 and recorded_at < $14
        and latitude between key.south and key.north and longitude between key.west and key.east
        and recorded_at between to_timestamp(key.start_s) and to_timestamp(key.end_s)
        and person_no <> $15
      offset 0
    ) as fix
    limit $16`)

/** Finds neighbours by the index of H3 cells and buckets of time: one statement, one look-up a key. */
export const cellNeighbours: NeighbourSource = {
  async near(session: ReadSession, query: NeighbourQuery): Promise<TrackFix[] | undefined> {
    const { rule, own, span, limit } = query
    const keys = searchKeys(rule, own, span)
    if (keys.length === 0) return []
    return readCovered(session, query, NEAR, [
      keys.map(({ bucket }) => bucket),
      keys.map(({ first }) => first),
      keys.map(({ last }) => last),
      keys.map(({ startMs }) => startMs / 1000),
      keys.map(({ endMs }) => endMs / 1000),
      keys.map(({ south }) => south),
      keys.map(({ north }) => north),
      keys.map(({ west }) => west),
      keys.map(({ east }) => east),
      new Date(span.startMs),
      new Date(span.endMs),
      query.personNo,
      limit + 1,
    ])
  },
}
