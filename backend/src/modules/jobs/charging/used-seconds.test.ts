import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { PricingService } from '../../credits/billing/index.ts'
import { keptPrefix } from '../job.ts'
import { stopJob } from '../job-endings.ts'
import { lockJob } from '../job-store.ts'
import { type ClaimedTask, claimTasks } from '../queue/claim-tasks.ts'
import type { AttemptEnd } from '../task-endings.ts'
import { probeService } from '../testing/probe-service.ts'
import { stepService } from '../testing/step-service.ts'
import { type ChargeFixture, chargeFixture, completed, failed } from './testing/charge-fixture.ts'

/** A byte of results costs 1. */
const BYTE = 1_000_000_000n
/** In credits: 100 for the job, 10 for a second. */
const price = { perJob: 100n, perTaskSecond: 10n, perOutputGb: BYTE, freePerMonth: 0n }

describe('a job that is paid by what was used elsewhere', () => {
  let fixture: ChargeFixture
  let classId: string
  let round = 0
  const submit = (steps: readonly string[], more: object = {}) => {
    const parameters = steps.map((value) => ({ name: 'STEP', value }))
    return fixture.submit([], { service: 'steps', parameters, ...more })
  }
  const claim = () =>
    claimTasks(fixture.database.dataSource, {
      worker: 'pool-test',
      leaseMs: 60_000,
      slots: 9,
      external: true,
    })
  const used = (usedSeconds: number, ...sizes: number[]): AttemptEnd =>
    ({ ...completed(...sizes), usedSeconds }) as AttemptEnd
  /** Containers of a run of the task, each for so long, up to now. */
  const containersRan = async (
    task: ClaimedTask | undefined,
    run: number,
    seconds: number[],
    state = 'FAILED',
  ) => {
    for (const [number, each] of seconds.entries()) {
      await fixture.query(
        `insert into workflow_containers (job_id, task_index, run, number, inputs, state, start_time, end_time)
         select $1, $2, $3, $4, '[]', $6, began, case when $6 <> 'RUNNING' then began + $5::double precision * interval '1 s' end
         from (select now() - $5::double precision * interval '1 s' as began) as times`,
        [task?.jobId, task?.index, run, number, each, state],
      )
    }
  }
  const charged = async (id: string) => {
    const reader = fixture.context(fixture.ownerId, ['jobs.read', 'credits.read'])
    const job = (await fixture.handlers.getJob({ name: `${fixture.parent}/jobs/${id}` }, reader)) as {
      phase: string
      charge: object
    }
    return { ...job.charge, phase: job.phase }
  }
  const update = (id: string, seconds: number) =>
    fixture.handlers.updateJob(
      {
        name: `${fixture.parent}/jobs/${id}`,
        updateMask: ['execution_duration'],
        parameters: [],
        runId: '',
        executionDuration: { seconds: BigInt(seconds), nanos: 0 },
        destructionTime: undefined,
      },
      fixture.alice,
    )

  beforeAll(async () => {
    fixture = await chargeFixture({ services: [probeService, stepService] })
  })
  beforeEach(async () => {
    await fixture.clear()
    round++
    classId = await fixture.addClass(`used-${round}`)
    const pricing = new PricingService({ dataSource: fixture.database.dataSource, services: ['steps'] })
    await pricing.set('steps', `used-${round}`, price, fixture.ownerId)
    await fixture.issue(classId, 10_000n)
  })
  afterEach(() => fixture.expectBooksAgree())
  afterAll(() => fixture.end())

  it('is quoted by what its tasks may use, and no more than in the time that it may run', async () => {
    const parameters = ['a', 'b<a'].map((value) => ({ name: 'STEP', value }))
    const quote = await fixture.handlers.quoteJob(
      { parent: fixture.parent, service: 'steps', parameters },
      fixture.alice,
    )
    // Each 10 s expected; at most 200 s, but 2 for each of 60 s. And 200 bytes.
    expect(quote.price).toMatchObject({ expected: 100n + 200n + 200n, atMost: 100n + 2_400n + 200n })
    const brief = await submit(['a'], { executionDuration: { seconds: 10n, nanos: 0 } })
    expect(await fixture.charge(brief)).toMatchObject({ charge_at_most: String(100n + 200n + 100n) })
  })

  it('pays what was used, begun seconds of each task counting whole, however long its tasks took', async () => {
    const job = await submit(['a', 'b<a'])
    const [a] = await claim()
    await fixture.ran(a, 500)
    await fixture.endTask(a, used(7.2, 20))
    const [b] = await claim()
    await fixture.ran(b, 500)
    await fixture.endTask(b, used(0))
    expect(await fixture.charge(job)).toMatchObject({
      phase: 'COMPLETED',
      charge_captured: String(100n + 80n + 20n),
    })
  })

  it('never pays more than was held', async () => {
    const job = await submit(['a'])
    await fixture.endTask((await claim())[0], used(1_000_000))
    expect(await fixture.charge(job)).toMatchObject({ charge_captured: String(100n + 1_200n + 100n) })
  })

  it.each([
    ['CONTAINER_FAILED', false, 50n + 8n, 'by its own doing or its owner’s (CONTAINER_FAILED)'],
    ['OUTPUT_UNUSABLE', false, 50n + 8n, 'by its own doing or its owner’s (OUTPUT_UNUSABLE)'],
    ['NODE_LOST', true, 50n, 'through no doing of its own (NODE_LOST)'],
    ['RESULT_NOT_SCANNED', true, 50n, 'through no doing of its own (RESULT_NOT_SCANNED)'],
    ['NOT_ADMITTED', false, 50n, 'through no doing of its own (NOT_ADMITTED)'],
  ])('that fails for %s (transient: %s) pays for %i s', async (reason, transient, seconds, says) => {
    const job = await submit(['a', 'b<a', 'c<b'])
    await fixture.endTask((await claim())[0], used(50, 40))
    const [b] = await claim()
    // A failure that is not counted as another try of the last.
    await fixture.query(`update job_tasks set max_attempts = 1 where job_id = $1`, [job])
    await containersRan(b, 1, [5, 2.5])
    // Of the run alone that ended it.
    await containersRan(b, 2, [1_000])
    await fixture.endTask(b, { kind: 'failed', error: { reason, message: 'So it was.', transient } })
    const captured = 10n * seconds
    expect(await fixture.charge(job)).toMatchObject({
      phase: 'ERROR',
      charge_state: 'SETTLED',
      charge_captured: String(captured),
    })
    expect(await fixture.available(classId)).toBe(10_000n - captured)
    expect(await charged(job)).toMatchObject({
      captured,
      note: expect.stringContaining(`${seconds} s`),
    })
    expect(await charged(job)).toMatchObject({ note: expect.stringContaining(says) })
  })

  it('pays by the price factor of its environment, and for what runs beside the task that failed', async () => {
    const job = await submit(['a', 'b'])
    const [a, b] = await claim()
    await fixture.query(
      `update job_tasks set payload = payload || '{"priceFactorThousandths": 4000}' where job_id = $1 and index = 1`,
      [job],
    )
    await containersRan(a, 1, [3])
    await containersRan(b, 1, [2], 'RUNNING')
    await fixture.endTask(a, {
      kind: 'failed',
      error: { reason: 'CONTAINER_FAILED', message: 'Exit code 1.', transient: false },
    })
    const { charge_captured: captured } = await fixture.charge(job)
    // What runs still has run for a moment longer.
    expect(Number(captured)).toBeGreaterThanOrEqual(10 * (3 + 8))
    expect(Number(captured)).toBeLessThan(10 * (3 + 8 + 40))
  })

  it('that is cancelled pays for what ran', async () => {
    const job = await submit(['a', 'b<a', 'c<b'])
    await fixture.endTask((await claim())[0], used(4))
    const [b] = await claim()
    await containersRan(b, 1, [6], 'COMPLETED')
    await fixture.handlers.cancelJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    expect(await charged(job)).toMatchObject({ phase: 'PHASE_ABORTED', captured: 100n, held: 0n })
  })

  it('that the operator aborts pays for what had completed', async () => {
    const job = await submit(['a', 'b<a'])
    await fixture.endTask((await claim())[0], used(4))
    await containersRan((await claim())[0], 1, [6])
    await inTransaction(fixture.database.dataSource, async (manager) => {
      const error = { reason: 'ABORTED_BY_OPERATOR', message: 'Enough.', transient: false }
      const locked = await lockJob(manager, job)
      if (locked !== undefined) await stopJob(manager, locked, 'ABORTED', error)
    })
    expect(await fixture.charge(job)).toMatchObject({ charge_captured: '40' })
  })

  it('that is cancelled while its worker is lost pays for nothing that nobody saw', async () => {
    const job = await submit(['a'])
    const [a] = await claim()
    await containersRan(a, 1, [60], 'RUNNING')
    await fixture.query(`update job_tasks set lease_expires_at = now() - interval '50 s' where job_id = $1`, [
      job,
    ])
    await fixture.handlers.cancelJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    const { charge_captured: captured } = await fixture.charge(job)
    expect(Number(captured)).toBeGreaterThanOrEqual(100)
    expect(Number(captured)).toBeLessThan(500)
  })

  it('that free use covers says so', async () => {
    const pricing = new PricingService({ dataSource: fixture.database.dataSource, services: ['steps'] })
    const free = { ...price, freePerMonth: 5_000n }
    await pricing.set('steps', `used-${round}`, free, fixture.ownerId)
    const job = await submit(['a', 'b<a'])
    await fixture.endTask((await claim())[0], used(4))
    await fixture.handlers.cancelJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    expect(await charged(job)).toMatchObject({
      captured: 0n,
      note: expect.stringMatching(/for all 4 s that it used\. Free use covers it\.$/),
    })
  })

  it('that is cancelled before anything ran pays nothing, and says so', async () => {
    const job = await submit(['a'])
    await fixture.handlers.cancelJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    expect(await charged(job)).toMatchObject({
      captured: 0n,
      transaction: '',
      note: expect.stringContaining('nothing'),
    })
  })

  it('whose results are too large together pays for its seconds', async () => {
    const job = await submit(['a'], {})
    await fixture.query(`update jobs set output_limit_bytes = 1 where id = $1`, [job])
    await fixture.endTask((await claim())[0], used(4, 20))
    expect(await fixture.charge(job)).toMatchObject({ phase: 'ERROR', charge_captured: '40' })
  })

  it('is quoted anew when it is given more time before it runs', async () => {
    const job = await submit(['a'], { keepPending: true, executionDuration: { seconds: 10n, nanos: 0 } })
    await update(job, 30)
    await fixture.handlers.runJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    expect(await fixture.charge(job)).toMatchObject({ charge_at_most: String(100n + 600n + 100n) })
    // Once it holds what it costs at most, that stays.
    await update(job, 60)
    expect(await fixture.charge(job)).toMatchObject({ charge_at_most: String(100n + 600n + 100n) })
  })

  it('holds and pays for what another try has left to run', async () => {
    const job = await submit(['a', 'b<a'])
    await fixture.endTask((await claim())[0], used(50, 40))
    await fixture.endTask((await claim())[0], failed)
    const again = await fixture.module.retries.retry(
      {
        organizationId: fixture.organizationId,
        userId: fixture.ownerId,
        displayName: 'Alice',
        permissions: new Set(['jobs.submit']),
        managesJobs: false,
      },
      job,
      {
        requestId: undefined,
        estimate: async () => ({
          sizeBytes: 30,
          durationMs: 10,
          usedSeconds: { expected: 1, atMost: 20, perSecond: 1 },
        }),
        copy: async (jobId, kept) =>
          new Map(
            kept.map(({ index, outputs }) => [
              index,
              outputs.map((output, place) => ({
                ...output,
                objectKey: `${keptPrefix(jobId, index)}${place}`,
              })),
            ]),
          ),
      },
      new AbortController().signal,
    )
    expect(await fixture.charge(job)).toMatchObject({ charge_captured: '500' })
    expect(await fixture.charge(again.job.id)).toMatchObject({ charge_at_most: String(100n + 200n + 30n) })
    await fixture.endTask((await claim())[0], used(3, 10))
    expect(await fixture.charge(again.job.id)).toMatchObject({
      phase: 'COMPLETED',
      charge_captured: String(100n + 30n + 10n),
    })
  })

  it('waits for credits as other jobs do, and holds what it was quoted', async () => {
    const jobs: string[] = []
    // Each holds 1,400 of 10,000.
    for (let each = 0; each < 8; each++) jobs.push(await submit([`t${each}`]))
    expect(await fixture.charge(jobs.at(-1) ?? '')).toMatchObject({ phase: 'HELD', charge_at_most: '1400' })
  })
})
