// Looks at locations, through the real server from the database.
import {
  AccuracyRule,
  type Episode,
  type FindConnectionsRequest,
  LocationServiceService,
  type StreamConnectionsResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { ServiceError } from '@grpc/grpc-js'
import { cellToParent, latLngToCell } from 'h3-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../../../testing/backend.ts'
import { failureOf, type SeenError, seenError } from '../../../testing/service-error.ts'
import { LocationRows } from '../connections/testing/location-rows.ts'
import type { TrackFix } from '../connections/track-fix.ts'

const {
  listSubjects,
  findConnections,
  streamConnections,
  getPath,
  findNearby,
  getConnectionGraph,
  getDensity,
} = LocationServiceService
const PERSONS = 6
const ALL = [1, 2, 3, 4, 5, 6]
const lab = 'organizations/lab'
const look = { purpose: `${lab}/locationPurposes/tracing`, reason: 'An outbreak in the canteen' }
const noonMs = Date.UTC(2026, 0, 15, 12)
const MINUTE_MS = 60_000
const startTime = new Date(noonMs - 12 * 60 * MINUTE_MS)
const endTime = new Date(noonMs + 12 * 60 * MINUTE_MS)

let backend: TestBackend
let alice: string
let stored: LocationRows
/** Resource names by number. */
let names: Map<number, string>

beforeAll(async () => {
  const members = [{ email: 'alice@example.org', role: 'SUBMITTER' as const }]
  backend = await startTestBackend({
    organizations: [
      { slug: 'lab', displayName: 'Lab', kind: 'MEMBER', members },
      { slug: 'other', displayName: 'Other', kind: 'MEMBER', members },
    ],
  })
  alice = await backend.issuer.tokenOf('alice')
  stored = await LocationRows.create(backend.database.dataSource, PERSONS, 'lab')
  const rows = await backend.database.dataSource.query<{ id: string; person_no: number }[]>(
    'select id, person_no from persons',
  )
  names = new Map(rows.map(({ id, person_no }) => [person_no, `${lab}/persons/${id}`]))
})
afterAll(() => backend.stop())

function fix(personNo: number, minute: number, northM = 0, accuracyM = 0): TrackFix {
  return {
    personNo,
    deviceNo: 10 * personNo,
    timeMs: noonMs + minute * MINUTE_MS,
    latitude: 47.4 + northM / 111_195,
    longitude: 8.5,
    accuracyM,
  }
}

/** 1 meets 2 twice and 3 once; 3 meets 4; 5 is far off; 6 is where 1 is. */
beforeEach(async () => {
  await stored.replaceFixes([
    ...[0, 1, 2, 60, 61].map((minute) => fix(1, minute)),
    ...[0, 1, 61].map((minute) => fix(2, minute, 30)),
    ...[2, 120].map((minute) => fix(3, minute, 60)),
    fix(4, 120, 90),
    fix(5, 0, 5000),
    fix(6, 1, 1),
  ])
  await stored.consent(ALL.filter((no) => no !== 6).map((personNo) => ({ personNo })))
  await backend.database.dataSource.query('delete from location_look_persons')
  await backend.database.dataSource.query('delete from location_looks')
})

function name(no: number): string {
  return names.get(no) ?? ''
}

function request(change: Partial<FindConnectionsRequest> = {}): FindConnectionsRequest {
  return { name: name(1), look, startTime, endTime, rule: undefined, pageSize: 0, pageToken: '', ...change }
}

function find(change: Partial<FindConnectionsRequest> = {}) {
  return backend.call(findConnections, request(change), alice)
}

function short({ personDisplayName, startTime: start, endTime: end, fixCount, otherFixCount }: Episode) {
  const minute = (time: Date | undefined) => ((time?.getTime() ?? 0) - noonMs) / MINUTE_MS
  return `${personDisplayName} ${minute(start)}-${minute(end)} ${fixCount}:${otherFixCount}`
}

const expected = ['Person 2 0-2 3:2', 'Person 3 1-2 2:1', 'Person 2 60-61 2:1']

async function looks(): Promise<{ method: string; asked: string[]; shown: string[] }[]> {
  return backend.database.dataSource.query(
    `select method,
       coalesce(array_agg(display_name order by display_name) filter (where asked), '{}') as asked,
       coalesce(array_agg(display_name order by display_name) filter (where not asked), '{}') as shown
     from location_looks look left join location_look_persons on look_id = look.id
     left join persons on persons.id = person_id group by look.id order by look.id`,
  )
}

async function streamed(
  change: Partial<FindConnectionsRequest> = {},
): Promise<{ messages: StreamConnectionsResponse[]; failure: SeenError | undefined }> {
  const { name: person, ...rest } = request(change)
  const call = backend.client.makeServerStreamRequest(
    streamConnections.path,
    streamConnections.requestSerialize,
    streamConnections.responseDeserialize,
    { ...rest, name: person },
    bearer(alice),
  )
  const messages: StreamConnectionsResponse[] = []
  try {
    for await (const message of call) messages.push(message as StreamConnectionsResponse)
  } catch (error) {
    return { messages, failure: seenError(error as ServiceError) }
  }
  return { messages, failure: undefined }
}

describe('connections', () => {
  test('are episodes with those who consented, and are written down with those who are shown', async () => {
    const { episodes, nextPageToken } = await find()
    expect(episodes.map(short)).toEqual(expected)
    expect(nextPageToken).toBe('')
    expect(episodes[0]).toMatchObject({ person: name(2), durationS: 120 })
    expect(episodes[0]?.closestDistanceM).toBeCloseTo(30, 3)
    expect(episodes[0]?.closestPosition?.latitude).toBeCloseTo(47.4 + 15 / 111_195, 8)
    expect(await looks()).toEqual([
      { method: 'FindConnections', asked: ['Person 1'], shown: ['Person 2', 'Person 3'] },
    ])
  })

  test('come by pages that are one look', async () => {
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await find({ pageSize: 1, pageToken })
      expect(page.episodes).toHaveLength(1)
      seen.push(...page.episodes.map(short))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(expected)
    expect(await looks()).toHaveLength(1)
    const first = await find({ pageSize: 1 })
    const foreign = failureOf(find({ name: name(2), pageSize: 1, pageToken: first.nextPageToken }))
    expect(await foreign).toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
  })

  test('by a stream are the same, by their ends, also of ten years', async () => {
    const { messages } = await streamed({ startTime: new Date(Date.UTC(2017, 0)) })
    const episodes = messages.flatMap(({ message }) => (message?.$case === 'episode' ? [message.value] : []))
    expect(episodes.map(short).toSorted()).toEqual(expected.toSorted())
    expect(messages.at(-1)?.message).toEqual({ $case: 'searchedUntil', value: endTime })
    expect(await looks()).toEqual([
      { method: 'StreamConnections', asked: ['Person 1'], shown: ['Person 2', 'Person 3'] },
    ])
  })

  test('know the radii of accuracy', async () => {
    await stored.replaceFixes([fix(1, 0, 0, 20), fix(2, 0, 130, 20)])
    const rule = { distanceM: 100, accuracy: AccuracyRule.ACCURACY_RULE_POSSIBLE }
    expect((await find({ rule })).episodes).toHaveLength(1)
    const bare = { ...rule, accuracy: AccuracyRule.ACCURACY_RULE_UNSPECIFIED }
    expect((await find({ rule: bare })).episodes).toHaveLength(0)
    const certain = { distanceM: 169, accuracy: AccuracyRule.ACCURACY_RULE_CERTAIN }
    expect((await find({ rule: certain })).episodes).toHaveLength(0)
    expect((await find({ rule: { ...certain, distanceM: 171 } })).episodes).toHaveLength(1)
  })

  test('end with a consent and begin with one', async () => {
    await stored.consent([
      { personNo: 1 },
      { personNo: 2, endMs: noonMs + MINUTE_MS },
      { personNo: 3, withdrawn: true },
    ])
    expect((await find()).episodes.map(short)).toEqual(['Person 2 0-1 2:1'])
  })

  test.each([
    ['without a consent', () => ({ name: name(6) })],
    ['of another organisation', () => ({ name: name(1).replace('/lab/', '/other/') })],
    ['who never was', () => ({ name: `${lab}/persons/00000000-0000-7000-8000-000000000000` })],
  ])(
    'of a person %s are not found, in the same words, and nothing is written down',
    async (_what, change) => {
      const failure = await failureOf(find(change()))
      expect(failure.code).toBe('NOT_FOUND')
      expect((await streamed(change())).failure?.code).toBe('NOT_FOUND')
      if (!change().name.includes('/other/')) {
        const absent = await failureOf(find({ name: `${lab}/persons/00000000-0000-7000-8000-000000000001` }))
        // The request's id apart.
        expect(failure).toEqual({ ...absent, metadata: failure.metadata })
        expect(Object.keys(failure.metadata)).toEqual(Object.keys(absent.metadata))
      }
      expect(await looks()).toEqual([])
    },
  )

  test.each<[string, Partial<FindConnectionsRequest>, string]>([
    ['of ten years at once', { startTime: new Date(Date.UTC(2016, 0)) }, 'end_time'],
    ['of no time', { endTime: startTime }, 'end_time'],
    ['for no reason', { look: { ...look, reason: '        ' } }, 'look.reason'],
    [
      'within no distance',
      { rule: { distanceM: Number.NaN, accuracy: 'ACCURACY_RULE_UNSPECIFIED' } },
      'rule.distance_m',
    ],
    [
      'within 1e308 m',
      { rule: { distanceM: 1e308, accuracy: 'ACCURACY_RULE_UNSPECIFIED' } },
      'rule.distance_m',
    ],
  ])('%s are refused', async (_what, change, field) => {
    const failure = await failureOf(find(change))
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', fields: [field] })
  })
})

test('a path has the covered fixes in the order of time, by pages that are one look', async () => {
  await stored.consent([{ personNo: 1, startMs: noonMs + MINUTE_MS }])
  const path = { name: name(1), look, startTime, endTime, pageSize: 2, pageToken: '' }
  const first = await backend.call(getPath, path, alice)
  const second = await backend.call(getPath, { ...path, pageToken: first.nextPageToken }, alice)
  const minutes = [...first.points, ...second.points].map(
    ({ recordTime }) => ((recordTime?.getTime() ?? 0) - noonMs) / MINUTE_MS,
  )
  expect(minutes).toEqual([1, 2, 60, 61])
  expect(second.nextPageToken).toBe('')
  expect(await looks()).toEqual([{ method: 'GetPath', asked: ['Person 1'], shown: [] }])
})

test('those near a place at an instant come nearest first', async () => {
  const position = { latitude: 47.4, longitude: 8.5 }
  const nearby = { parent: lab, look, position, time: new Date(noonMs + MINUTE_MS), distanceM: 0 }
  const { persons, truncated } = await backend.call(findNearby, nearby, alice)
  expect(
    persons.map(({ personDisplayName, distanceM }) => [personDisplayName, Math.round(distanceM)]),
  ).toEqual([
    ['Person 1', 0],
    ['Person 2', 30],
    ['Person 3', 60],
  ])
  expect(truncated).toBe(false)
  expect(await looks()).toEqual([
    { method: 'FindNearby', asked: [], shown: ['Person 1', 'Person 2', 'Person 3'] },
  ])
})

describe('the graph', () => {
  const graphOf = (degrees: number, maxPersons = 0) =>
    backend.call(
      getConnectionGraph,
      { parent: lab, look, persons: [name(2)], startTime, endTime, rule: undefined, degrees, maxPersons },
      alice,
    )

  test('goes as many degrees as asked, and no person twice', async () => {
    const near = await graphOf(1)
    expect(near.persons.map(({ displayName, degree }) => `${displayName} ${degree}`)).toEqual([
      'Person 2 0',
      'Person 1 1',
      'Person 3 1',
    ])
    const far = await graphOf(3)
    expect(far.persons.map(({ displayName, degree }) => `${displayName} ${degree}`)).toEqual([
      'Person 2 0',
      'Person 1 1',
      'Person 3 1',
      'Person 4 2',
    ])
    const [first] = far.connections
    expect(first).toMatchObject({ first: 0, second: 1, episodeCount: 2, durationS: 180n })
    expect(far.connections).toHaveLength(4)
    expect(far.truncated).toBe(false)
  })

  test('leaves out those who were met for the shortest time when there are too many', async () => {
    const graph = await graphOf(1, 2)
    expect(graph.persons.map(({ displayName }) => displayName)).toEqual(['Person 2', 'Person 1'])
    expect(graph.truncated).toBe(true)
    expect(await looks()).toEqual([
      { method: 'GetConnectionGraph', asked: ['Person 2'], shown: ['Person 1'] },
    ])
  })
})

test('density leaves out cells with fewer persons than the minimum group', async () => {
  const density = { parent: lab, look, startTime, endTime, resolution: 9 }
  expect((await backend.call(getDensity, density, alice)).cells).toEqual([])
  // Of person 1 a part is covered, of the others all.
  await stored.consent(
    ALL.map((personNo) => ({ personNo, ...(personNo === 1 ? { startMs: noonMs + 60 * MINUTE_MS } : {}) })),
  )
  const { cells, minimumGroupSize, resolution } = await backend.call(getDensity, density, alice)
  expect(minimumGroupSize).toBe(5)
  expect(resolution).toBe(9)
  const cell = latLngToCell(47.4, 8.5, 9)
  expect(cells).toEqual([{ cell, personCount: 5 }])
  const coarse = await backend.call(getDensity, { ...density, resolution: 4 }, alice)
  expect(coarse.cells).toEqual([{ cell: cellToParent(cell, 4), personCount: 5 }])
  await stored.consent(ALL.map((personNo) => ({ personNo, ...(personNo === 1 ? { endMs: noonMs } : {}) })))
  expect((await backend.call(getDensity, density, alice)).cells).toEqual([])
  expect(await looks()).toHaveLength(4)
})

test('subjects are those who consented, with the first and last of their covered fixes', async () => {
  await stored.consent([
    { personNo: 1, endMs: noonMs + 60 * MINUTE_MS },
    { personNo: 2 },
    { personNo: 3, withdrawn: true },
  ])
  const asked = { parent: lab, purpose: look.purpose, pageSize: 1, pageToken: '', search: 'person' }
  const first = await backend.call(listSubjects, asked, alice)
  expect(first.subjects).toEqual([
    {
      person: name(1),
      displayName: 'Person 1',
      firstFixTime: new Date(noonMs),
      lastFixTime: new Date(noonMs + 2 * MINUTE_MS),
    },
  ])
  const second = await backend.call(listSubjects, { ...asked, pageToken: first.nextPageToken }, alice)
  expect(second.subjects.map(({ displayName }) => displayName)).toEqual(['Person 2'])
  expect(second.nextPageToken).toBe('')
  expect((await backend.call(listSubjects, { ...asked, search: '%' }, alice)).subjects).toEqual([])
  expect(await looks()).toEqual([])
})
