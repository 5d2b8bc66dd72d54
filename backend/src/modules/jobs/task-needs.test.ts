import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../database/index.ts'
import type { TaskOutput } from './job.ts'
import { stopJob } from './job-endings.ts'
import { listEvents, listResults, listTasks, lockJob } from './job-store.ts'
import { holdJob, releaseJob } from './operations/job-holds.ts'
import { isTerminal } from './phase-transitions.ts'
import { type ClaimedTask, claimTasks } from './queue/claim-tasks.ts'
import { type AttemptEnd, type Ending, endAttempts } from './task-endings.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from './testing/jobs-fixture.ts'
import { submitSteps } from './testing/submit-steps.ts'

const passing = { reason: 'PROBE_FLAKY', message: 'Not this time.', transient: true }
const lasting = { reason: 'PROBE_BROKEN', message: 'Never.', transient: false }
const diamond = ['a', 'b<a', 'c<a', 'd<b,c']

describe('tasks that need others', () => {
  let fixture: JobsFixture
  const query = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    fixture.database.dataSource.query(sql, values)
  const claim = (slots = 99) =>
    claimTasks(fixture.database.dataSource, { worker: 'pool-test', leaseMs: 60_000, slots, external: true })
  const endAll = (endings: readonly Ending[]) =>
    inTransaction(fixture.database.dataSource, (manager) => endAttempts(manager, endings))
  const end = (attempt: ClaimedTask | undefined, as: AttemptEnd) => {
    if (attempt === undefined) throw new Error('nothing was claimed')
    return endAll([{ attempt, end: as }])
  }
  const events = (job: string) => listEvents(fixture.database.dataSource, job, 0n, 1_000)
  const statesOf = async (job: string) =>
    (await listTasks(fixture.database.dataSource, job, -1, 100)).map(({ state }) => state)
  const phasesOf = async (job: string) =>
    (await events(job)).map(phaseOf).filter((phase) => phase !== undefined)
  const change = (jobId: string, act: (...given: Parameters<typeof releaseJob>) => Promise<unknown>) =>
    inTransaction(fixture.database.dataSource, async (manager) => {
      const job = await lockJob(manager, jobId)
      if (job === undefined) throw new Error('the job is gone')
      await act(manager, job)
    })
  const output = (name: string): TaskOutput => ({
    fileName: `${name}.txt`,
    mediaType: 'text/plain',
    sizeBytes: 4,
    sha256: '00',
    scanState: 'UNSCANNED',
    sourceId: '',
    stencil: '',
    objectKey: name,
  })
  const completed = (name = 'x'): AttemptEnd => ({ kind: 'completed', outputs: [output(name)], value: null })

  beforeAll(async () => {
    fixture = await jobsFixture()
  })
  beforeEach(() => query('truncate jobs, job_queue_turns, outbox cascade'))
  afterAll(() => fixture.end())

  it('are blocked, and taken when the last of those that they need completes', async () => {
    const job = await submitSteps(fixture, diamond)
    expect(await statesOf(job)).toEqual(['WAITING', 'BLOCKED', 'BLOCKED', 'BLOCKED'])
    const [a, ...none] = await claim()
    expect([a?.index, none]).toEqual([0, []])
    await end(a, completed('a'))
    const [b, c, ...more] = await claim()
    expect([b?.index, c?.index, more]).toEqual([1, 2, []])
    await end(c, completed('c'))
    expect(await statesOf(job)).toEqual(['COMPLETED', 'RUNNING', 'COMPLETED', 'BLOCKED'])
    expect(await claim()).toEqual([])
    await end(b, completed('b'))
    const [d] = await claim()
    expect(d?.index).toBe(3)
    await end(d, completed('d'))
    expect(await phasesOf(job)).toEqual(['PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED'])
    const needs = (await listTasks(fixture.database.dataSource, job, -1, 9)).map((task) => task.needs)
    expect(needs).toEqual([[], [0], [0], [1, 2]])
  })

  it('publish what they are told to', async () => {
    const job = await submitSteps(fixture, ['.a', 'b<.a'])
    await end((await claim())[0], completed('a'))
    await end((await claim())[0], completed('b'))
    const results = await listResults(fixture.database.dataSource, job)
    expect(results.map(({ objectKey, taskIndex }) => [objectKey, taskIndex])).toEqual([['b', 1]])
    // What is not published is not kept.
    expect(await query(`select key from graphile_worker.jobs`)).toContainEqual({ key: `clean_up:${job}` })
  })

  it('wake workers when they may be taken', async () => {
    await submitSteps(fixture, ['a', 'b<a'])
    const [a] = await claim()
    let woken = false
    const runner = fixture.database.dataSource.createQueryRunner()
    const client = (await runner.connect()) as {
      on(event: 'notification', act: (message: { channel: string }) => void): void
      query(sql: string): Promise<unknown>
    }
    client.on('notification', ({ channel }) => {
      woken = woken || channel === 'fairlead_workers'
    })
    await client.query('listen fairlead_workers')
    await end(a, completed())
    await fixture.eventually(async () => {
      await client.query('select 1')
      return woken
    })
    await client.query('unlisten fairlead_workers')
    await runner.release()
  })

  it('end their job at once when one fails for good, whatever else runs', async () => {
    const job = await submitSteps(fixture, ['a', 'tile', 'c<a', 'd<tile'])
    const [a, tile] = await claim()
    await end(tile, { kind: 'failed', error: lasting })
    expect(await statesOf(job)).toEqual(['CANCELLED', 'FAILED', 'CANCELLED', 'CANCELLED'])
    expect(errorOf(await events(job))).toEqual({
      reason: 'PROBE_BROKEN',
      message: 'tile failed: Never.',
      transient: false,
    })
    expect(await end(a, completed())).toEqual([false])
    expect((await phasesOf(job)).filter(isTerminal)).toEqual(['ERROR'])
    expect(await query(`select routing_key from outbox where routing_key like 'jobs.error.%'`)).toHaveLength(
      1,
    )
  })

  it('let one that may be tried again be tried, while others wait for it', async () => {
    const job = await submitSteps(fixture, ['a', 'b<a'])
    await end((await claim())[0], { kind: 'failed', error: passing })
    expect(await statesOf(job)).toEqual(['WAITING', 'BLOCKED'])
    await query('update job_tasks set ready_at = null')
    const [again] = await claim()
    expect(again).toMatchObject({ index: 0, attempt: 2, run: 2 })
    await end(again, completed())
    expect((await claim())[0]).toMatchObject({ index: 1, attempt: 1, run: 1 })
  })

  it('have the same run after an attempt that was lost or handed back', async () => {
    await submitSteps(fixture, ['a'])
    await end((await claim())[0], { kind: 'released', began: true })
    const [second] = await claim()
    expect(second).toMatchObject({ attempt: 2, run: 1 })
    await query(`update job_tasks set lease_expires_at = now() - interval '1 s'`)
    await end(second, { kind: 'lost' })
    expect((await claim())[0]).toMatchObject({ attempt: 3, run: 1 })
  })

  it('are let go once, however many ends come at the same time', async () => {
    const width = 12
    const names = Array.from({ length: width }, (_, place) => `t${place}`)
    const job = await submitSteps(fixture, [...names, `last<${names.join()}`])
    const claimed = await claim()
    expect(claimed).toHaveLength(width)
    await Promise.all(claimed.map((attempt) => end(attempt, completed())))
    const [last, ...more] = await claim()
    expect([last?.index, more]).toEqual([width, []])
    await end(last, completed())
    expect((await phasesOf(job)).filter(isTerminal)).toEqual(['COMPLETED'])
  })

  it('stay blocked while their job is suspended and goes on', async () => {
    const job = await submitSteps(fixture, diamond)
    await end((await claim())[0], completed())
    await claim(1)
    await change(job, (manager, locked) => holdJob(manager, locked, 'maintenance', fixture.ownerId))
    expect(await statesOf(job)).toEqual(['COMPLETED', 'WAITING', 'WAITING', 'BLOCKED'])
    expect(await claim()).toEqual([])
    await change(job, releaseJob)
    const resumed = await claim()
    expect(resumed.map(({ index, run }) => [index, run])).toEqual([
      [1, 1],
      [2, 1],
    ])
    await endAll(resumed.map((attempt) => ({ attempt, end: completed() })))
    expect((await claim()).map(({ index }) => index)).toEqual([3])
  })

  it('stay blocked while their job is held before it began', async () => {
    const job = await submitSteps(fixture, ['a', 'b<a'])
    await change(job, (manager, locked) => holdJob(manager, locked, 'maintenance', fixture.ownerId))
    expect(await claim()).toEqual([])
    await change(job, releaseJob)
    expect((await claim()).map(({ index }) => index)).toEqual([0])
    expect(await statesOf(job)).toEqual(['RUNNING', 'BLOCKED'])
  })

  it('are cancelled with their job', async () => {
    const job = await submitSteps(fixture, diamond)
    await end((await claim())[0], completed())
    await change(job, (manager, locked) =>
      stopJob(manager, locked, 'ABORTED', { reason: 'CANCELLED_BY_USER', message: '', transient: false }),
    )
    expect(await statesOf(job)).toEqual(['COMPLETED', 'CANCELLED', 'CANCELLED', 'CANCELLED'])
    expect(await claim()).toEqual([])
  })

  it('begin after all that they need, and their job ends once, whatever they need and however they end', async () => {
    // Of each task those before it that it needs, by bits; and how its attempts end, the last of them over and over.
    const dag = fc.array(
      fc.record({
        needs: fc.nat({ max: 255 }),
        ends: fc.array(fc.constantFrom('completed', 'completed', 'released', 'passing', 'lasting'), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(dag, fc.boolean(), async (tasks, together) => {
        await query('truncate jobs, job_queue_turns cascade')
        const job = await submitSteps(
          fixture,
          tasks.map(({ needs }, index) => {
            const names = Array.from({ length: index }, (_, place) => place).filter(
              (place) => (needs >> place) % 2 === 1,
            )
            return names.length === 0 ? `t${index}` : `t${index}<${names.map((place) => `t${place}`).join()}`
          }),
        )
        const done = new Set<number>()
        let failed = false
        for (let round = 0; round < 100; round++) {
          await query('update job_tasks set ready_at = null')
          const claimed = await claim(together ? 99 : 2)
          if (claimed.length === 0) break
          const endings = claimed.map((attempt): Ending => {
            for (const need of Array.from({ length: attempt.index }, (_, place) => place)) {
              if (((tasks[attempt.index]?.needs ?? 0) >> need) % 2 === 1) expect(done).toContain(need)
            }
            const { ends } = tasks[attempt.index]!
            const how = ends[Math.min(attempt.attempt, ends.length) - 1]
            // What is handed back over and over would go on for ever.
            if (how === 'completed' || (how === 'released' && attempt.attempt >= 4)) {
              return { attempt, end: completed(`t${attempt.index}`) }
            }
            if (how === 'released') return { attempt, end: { kind: 'released', began: true } }
            return { attempt, end: { kind: 'failed', error: how === 'passing' ? passing : lasting } }
          })
          const counted = together
            ? await endAll(endings)
            : (await Promise.all(endings.map((ending) => endAll([ending])))).flat()
          for (const [place, { attempt, end: as }] of endings.entries()) {
            if (counted[place] === true && as.kind === 'completed') done.add(attempt.index)
          }
          failed = (await phasesOf(job)).includes('ERROR')
        }
        const ends = (await phasesOf(job)).filter(isTerminal)
        expect(ends).toEqual([failed ? 'ERROR' : 'COMPLETED'])
        expect(await claim()).toEqual([])
        const open = (await statesOf(job)).filter((state) =>
          ['BLOCKED', 'WAITING', 'RUNNING'].includes(state),
        )
        expect(open).toEqual([])
        if (!failed) expect(done.size).toBe(tasks.length)
        const seen = await events(job)
        expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, place) => BigInt(place + 1)))
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})
