import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { Random } from '../../../random.ts'
import type { CallContext } from '../../../server/call-context.ts'
import type { TaskRunnerConfiguration } from '../../../task-runner.ts'
import type { InputOrder, TaskInput } from '../../jobs/index.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../../jobs/testing/module-fixture.ts'
import { cellNeighbours } from '../connections/cell-neighbours.ts'
import { DEFAULT_RULE } from '../connections/connection-rule.ts'
import { ConnectionSearch } from '../connections/connection-search.ts'
import { bruteForceEpisodes } from '../connections/testing/brute-force.ts'
import { LocationRows } from '../connections/testing/location-rows.ts'
import type { TrackFix } from '../connections/track-fix.ts'
import { connectionsInput } from './connections-input.ts'
import { connectionsService } from './connections-service.ts'
import { forgetInJobs } from './forget-in-jobs.ts'
import { planLocations } from './plan-locations.ts'

const DAY_MS = 86_400_000
/** The window: two days, and a little of the next. */
const START_MS = Date.UTC(2026, 10, 20)
const END_MS = START_MS + 2 * DAY_MS + 3_600_000
const MIDNIGHT_MS = START_MS + DAY_MS
const PERSONS = 8
/** A job of several processes, on a machine that has much else to do. */
const PATIENCE_MS = 60_000

let fixture: ModuleFixture
let stored: LocationRows
let alice: CallContext
let hold: ((order: InputOrder) => Promise<void>) | undefined
let ids: Map<number, string>

function context(permissions: readonly string[]): CallContext {
  const { organizationId } = stored.scope
  return {
    ...fixture.context(fixture.ownerId, permissions),
    organization: { id: organizationId, slug: 'walkers' },
  }
}

const given = (values: Record<string, string | readonly string[]> = {}) =>
  Object.entries({
    PURPOSE: 'tracing',
    REASON: 'An outbreak is followed up.',
    START: new Date(START_MS).toISOString(),
    END: new Date(END_MS).toISOString(),
    ...values,
  }).flatMap(([name, value]) => [value].flat().map((each) => ({ name, value: each })))

const request = (values?: Record<string, string | readonly string[]>) => ({
  ...createRequest([]),
  parent: 'organizations/walkers',
  service: 'connections',
  parameters: given(values),
})

async function finished(values?: Record<string, string | readonly string[]>) {
  const { name } = await fixture.handlers.createJob(request(values), alice)
  await fixture.ended(jobIdOf(name))
  return fixture.handlers.getJob({ name }, alice)
}

function jobIdOf(name: string): string {
  return name.split('/').at(-1) ?? ''
}

async function content(job: { name: string }, fileName: string): Promise<Buffer> {
  const [row] = await fixture.database.dataSource.query(
    `select object_key from job_results where job_id = $1 and file_name = $2`,
    [jobIdOf(job.name), fileName],
  )
  return buffer(await fixture.objects.get(row.object_key))
}

async function csvOf(job: { name: string }): Promise<Record<string, string>[]> {
  const [head = '', ...lines] = (await content(job, 'connections.csv')).toString().trimEnd().split('\r\n')
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [names[index], cell])))
}

async function shownOf(job: { name: string }): Promise<string[]> {
  const shown: { person_id: string }[] = await fixture.database.dataSource.query(
    'select person_id from location_look_persons where look_id = $1 and not asked order by person_id',
    [jobIdOf(job.name)],
  )
  return shown.map(({ person_id }) => person_id)
}

/** People about one place, around midnights. */
function tracks(): TrackFix[] {
  const random = new Random(3)
  const fixes = new Map<string, TrackFix>()
  for (let count = 0; count < 900; count++) {
    const personNo = random.integer(1, PERSONS)
    const deviceNo = 10 * personNo + random.integer(0, 1)
    const around = START_MS + random.integer(0, 3) * DAY_MS
    const timeMs = around + random.integer(-1_800, 1_800) * 1000
    fixes.set(`${deviceNo} ${timeMs}`, {
      personNo,
      deviceNo,
      timeMs,
      latitude: 47 + random.between(0, 0.003),
      longitude: 8 + random.between(0, 0.003),
      accuracyM: 0,
    })
  }
  return [...fixes.values()].sort((a, b) => a.timeMs - b.timeMs || a.deviceNo - b.deviceNo)
}

beforeAll(async () => {
  fixture = await moduleFixture(
    {
      services: [connectionsService],
      // The database is the fixture's, which is there once the module is made.
      locations: (organizationId) => planLocations(fixture.database.dataSource, organizationId),
    },
    PATIENCE_MS,
  )
  const { dataSource } = fixture.database
  stored = await LocationRows.create(dataSource, PERSONS)
  const persons: { no: number; id: string }[] = await dataSource.query(
    'select person_no as no, id from persons',
  )
  ids = new Map(persons.map(({ no, id }) => [no, id]))
  alice = context(['jobs.read', 'jobs.submit', 'locations.read'])
  const written = connectionsInput({ dataSource })
  const input: TaskInput = {
    async write(order) {
      await hold?.(order)
      await written.write(order)
    },
  }
  await fixture.worker({
    services: [connectionsService],
    leaseMs: 15_000,
    inputs: { connections: input },
    execution: createProcessExecution({
      entry: new URL('../../../task-runner.ts', import.meta.url),
      configuration: {
        s3: undefined,
        objects: { kind: 'filesystem', folder: fixture.folder },
      } satisfies TaskRunnerConfiguration,
    }),
  })
})
afterAll(() => fixture.end())

beforeEach(async () => {
  hold = undefined
  await stored.consent(Array.from({ length: PERSONS }, (_, index) => ({ personNo: index + 1 })))
})

describe('connections of an organisation', { timeout: PATIENCE_MS }, () => {
  it('are those that comparing every fix with every fix finds, and those of the queries, over midnights', async () => {
    const fixes = tracks()
    await stored.replaceFixes(fixes)
    // Of 3, the first day alone is covered; of 4, nothing; 5 withdrew.
    await stored.consent([
      ...[1, 2, 6, 7, 8].map((personNo) => ({ personNo })),
      { personNo: 3, endMs: MIDNIGHT_MS + 600_000 },
      { personNo: 5, withdrawn: true },
    ])
    const covers = ({ personNo, timeMs }: TrackFix) =>
      personNo === 3 ? timeMs < MIDNIGHT_MS + 600_000 : personNo !== 4 && personNo !== 5
    const job = await finished({ FORMAT: ['csv', 'geojson', 'parquet'] })
    expect(job.error).toBeUndefined()
    expect(job.taskCount).toBe(4)
    expect(job.results.map(({ fileName, mediaType }) => [fileName, mediaType])).toEqual([
      ['connections.csv', 'text/csv'],
      ['connections.geojson', 'application/geo+json'],
      ['connections.parquet', 'application/vnd.apache.parquet'],
    ])

    const search = new ConnectionSearch(fixture.database.dataSource, cellNeighbours)
    const window = { startMs: START_MS, endMs: END_MS }
    const expected: unknown[] = []
    let overMidnight = 0
    for (let personNo = 1; personNo <= PERSONS; personNo++) {
      const forced = bruteForceEpisodes(fixes, personNo, DEFAULT_RULE, START_MS, END_MS, covers).filter(
        ({ otherPersonNo }) => otherPersonNo > personNo,
      )
      const searched = []
      for await (const step of search.steps({ scope: stored.scope, personNo, window, rule: DEFAULT_RULE })) {
        searched.push(...step.episodes.filter(({ otherPersonNo }) => otherPersonNo > personNo))
      }
      expect(searched).toHaveLength(forced.length)
      searched.sort((a, b) => a.otherPersonNo - b.otherPersonNo || a.startMs - b.startMs)
      for (const episode of searched) {
        overMidnight += episode.startMs < MIDNIGHT_MS && episode.endMs >= MIDNIGHT_MS ? 1 : 0
        expected.push({
          person: ids.get(personNo),
          person_display_name: `Person ${personNo}`,
          other_person: ids.get(episode.otherPersonNo),
          other_person_display_name: `Person ${episode.otherPersonNo}`,
          start_time: new Date(episode.startMs).toISOString(),
          end_time: new Date(episode.endMs).toISOString(),
          duration_s: String((episode.endMs - episode.startMs) / 1000),
          closest_distance_m: String(Math.round(episode.closestDistanceM * 1e3) / 1e3),
          closest_time: new Date(episode.closestTimeMs).toISOString(),
          closest_latitude: String(Math.round(episode.closestPosition.latitude * 1e7) / 1e7),
          closest_longitude: String(Math.round(episode.closestPosition.longitude * 1e7) / 1e7),
          fix_count: String(episode.fixCount),
          other_fix_count: String(episode.otherFixCount),
        })
      }
    }
    expect(overMidnight).toBeGreaterThan(2)
    const csv = await csvOf(job)
    expect(csv).toEqual(expected)

    const collection = JSON.parse((await content(job, 'connections.geojson')).toString())
    expect(collection.features).toHaveLength(csv.length)
    expect(collection.features[0]).toMatchObject({
      type: 'Feature',
      geometry: {
        coordinates: [Number(csv[0]?.['closest_longitude']), Number(csv[0]?.['closest_latitude'])],
      },
      properties: { person: csv[0]?.['person'], fix_count: Number(csv[0]?.['fix_count']) },
    })

    const parquet = await content(job, 'connections.parquet')
    const file = parquet.buffer.slice(parquet.byteOffset, parquet.byteOffset + parquet.length) as ArrayBuffer
    const rows = await parquetReadObjects({ file })
    expect(
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, cell]) => [
            name,
            cell instanceof Date ? cell.toISOString() : String(cell),
          ]),
        ),
      ),
    ).toEqual(csv)

    const inResults = new Set(csv.flatMap(({ person, other_person }) => [person ?? '', other_person ?? '']))
    expect(await shownOf(job)).toEqual([...inResults].sort())
    expect([4, 5].some((no) => inResults.has(ids.get(no) ?? ''))).toBe(false)
  })

  it('are a look of the submitter’s, with reason and window', async () => {
    await stored.replaceFixes([])
    const job = await finished({ DISTANCE: '50' })
    const [look] = await fixture.database.dataSource.query('select * from location_looks where id = $1', [
      jobIdOf(job.name),
    ])
    expect(look).toMatchObject({
      organization_id: stored.scope.organizationId,
      actor_id: fixture.ownerId,
      method: 'connections',
      purpose_id: stored.scope.purposeId,
      reason: 'An outbreak is followed up.',
      window_start_time: new Date(START_MS),
      window_end_time: new Date(END_MS),
      details: { job: jobIdOf(job.name), distanceM: 50, withinS: 60 },
    })
    expect(await csvOf(job)).toEqual([])
    expect(await shownOf(job)).toEqual([])
  })

  it('leave out who withdraws while the job runs', async () => {
    await stored.replaceFixes(tracks())
    hold = async () => {
      const [done] = await fixture.database.dataSource.query(
        `select tasks_completed from jobs order by create_time desc limit 1`,
      )
      // The last task collects what the others found.
      if (done.tasks_completed < 3) return
      await fixture.database.dataSource.query(
        `update consents set withdraw_time = now()
         where person_id = (select id from persons where person_no = 1)`,
      )
    }
    const job = await finished()
    const csv = await csvOf(job)
    expect(csv.length).toBeGreaterThan(0)
    expect(JSON.stringify(csv)).not.toContain(ids.get(1))
    expect(await shownOf(job)).not.toContain(ids.get(1))
  })

  it('stop at once when the job is cancelled while its input is written', async () => {
    const begun = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    hold = async ({ signal }) => {
      begun.resolve()
      signal.addEventListener('abort', () => stopped.resolve())
      await setTimeout(60_000, undefined, { signal })
    }
    const { name } = await fixture.handlers.createJob(request(), alice)
    await begun.promise
    await fixture.handlers.cancelJob({ name }, alice)
    await stopped.promise
    expect((await fixture.handlers.getJob({ name }, alice)).phase).toBe('PHASE_ABORTED')
    expect(
      await fixture.database.dataSource.query('select 1 from location_looks where id = $1', [jobIdOf(name)]),
    ).toEqual([])
  })

  it('are for those alone who may look at locations: to quote, to submit, and to fetch', async () => {
    await stored.replaceFixes(tracks())
    const job = await finished()
    const member = context(['jobs.read', 'jobs.submit'])
    const denied = { code: 'PERMISSION_DENIED', metadata: { permission: 'locations.read' } }
    const { parent, service, parameters } = request()
    await expect(fixture.handlers.quoteJob({ parent, service, parameters }, member)).rejects.toMatchObject(
      denied,
    )
    await expect(fixture.handlers.createJob(request(), member)).rejects.toMatchObject(denied)
    await expect(
      fixture.handlers.createJob({ ...request(), keepPending: true, parameters: [] }, member),
    ).rejects.toMatchObject(denied)
    const name = `${job.name}/results/${job.results[0]?.name.split('/').at(-1)}`
    await expect(fixture.handlers.createResultUrl({ name, inline: false }, member)).rejects.toMatchObject(
      denied,
    )
    await expect(fixture.handlers.createResultUrl({ name, inline: false }, alice)).resolves.toMatchObject({
      url: expect.any(String),
    })
    await expect(
      fixture.handlers.shareJob({ name: job.name, email: 'b@example.org' }, alice),
    ).rejects.toMatchObject({ reason: 'JOB_NOT_SHAREABLE' })
  })

  it('go with whom they show or name when a person is erased, and others stay', async () => {
    await stored.replaceFixes(tracks())
    const job = await finished()
    const other = await finished({
      START: new Date(END_MS + DAY_MS).toISOString(),
      END: new Date(END_MS + 2 * DAY_MS).toISOString(),
    })
    const { dataSource } = fixture.database
    const naming = await finished({
      START: new Date(END_MS + DAY_MS).toISOString(),
      END: new Date(END_MS + 2 * DAY_MS).toISOString(),
      REASON: 'Where was person 2?',
    })
    const erased = {
      organizationId: stored.scope.organizationId,
      personId: ids.get(2) ?? '',
      displayName: 'Person 2',
      externalId: undefined,
      deviceIds: [],
      deviceNos: [],
      deviceExternalIds: [],
    }
    await dataSource.transaction((manager) => forgetInJobs(manager, erased))
    await expect(fixture.handlers.getJob({ name: naming.name }, alice)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(fixture.handlers.getJob({ name: job.name }, alice)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await fixture.eventually(async () => {
      const keys = await fixture.storedKeys()
      return !keys.some((key) => key.includes(jobIdOf(job.name)))
    })
    await expect(fixture.handlers.getJob({ name: other.name }, alice)).resolves.toMatchObject({
      phase: 'PHASE_COMPLETED',
    })
  })

  it('are not searched where consents cover fewer than two', async () => {
    await stored.consent([
      { personNo: 1 },
      { personNo: 2, endMs: START_MS },
      { personNo: 3, withdrawn: true },
    ])
    await expect(fixture.handlers.createJob(request(), alice)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'CONSENT_MISSING',
    })
  })

  it.each([
    ['an unknown purpose', { PURPOSE: 'marketing' }, 0, /no purpose marketing; there are tracing/],
    ['a reason that says nothing', { REASON: 'why?' }, 1, /5 characters/],
    ['a time without its offset', { START: '2026-11-20T00:00:00' }, 2, /offset/],
    ['a time that is none', { START: '2026-13-20T00:00:00Z' }, 2, /date and time/],
    ['an end before the start', { END: '2026-11-19T00:00:00Z' }, 3, /after START/],
    ['a window of two years', { END: '2028-11-20T00:00:00Z' }, 3, /366 days/],
    ['a distance beyond the limit', { DISTANCE: '10001' }, 4, /at most 10000/],
    ['an unknown format', { FORMAT: 'xlsx' }, 4, /csv, geojson, parquet/],
  ])('refuse %s, by the field', async (_what, values, index, description) => {
    await expect(fixture.handlers.createJob(request(values), alice)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: `parameters[${index}]`, description: expect.stringMatching(description) }],
    })
  })

  it('fail with what a user should read when a day has more fixes than a task may read', async () => {
    await stored.replaceFixes(tracks())
    const { dataSource } = fixture.database
    const small = connectionsInput({ dataSource, maxBytes: 100 })
    hold = (order) => small.write(order)
    const job = await finished()
    expect(job).toMatchObject({ phase: 'PHASE_ERROR', error: { reason: 'INPUT_LIMIT_EXCEEDED' } })
  })
})
