import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DomainError } from '../../../errors/domain-error.ts'
import { sweep } from '../queue/sweep.ts'
import { silent } from '../testing/jobs-fixture.ts'
import { type ChargeFixture, chargeFixture, completed, failed } from './testing/charge-fixture.ts'
import { WaitingJobs } from './waiting-jobs.ts'

let fixture: ChargeFixture
let now: string
let later: string
let round = 0

beforeAll(async () => {
  fixture = await chargeFixture()
})
beforeEach(async () => {
  await fixture.clear()
  round++
  now = await fixture.addClass(`now-${round}`, { expireTime: new Date('2100-01-01T00:00:00Z') })
  later = await fixture.addClass(`later-${round}`)
})
afterEach(() => fixture.expectBooksAgree())
afterAll(() => fixture.end())

const priced = (amounts = {}) => fixture.price(`now-${round}`, amounts)
const waiting = () => new WaitingJobs({ dataSource: fixture.database.dataSource, log: silent })
const jobName = (id: string) => `organizations/observatory/jobs/${id}`
const job = (id: string) => fixture.handlers.getJob({ name: jobName(id) }, reader())
const reader = () => fixture.context(fixture.ownerId, ['jobs.read', 'jobs.submit', 'credits.read'])
const run = (id: string) => fixture.handlers.runJob({ name: jobName(id) }, fixture.alice)
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: DomainError) => error,
  )

/** 100 for the job, 10 for each of two seconds at most, 100 for as many bytes at most. */
const ONE_TASK = 220n

describe('a job of a service with a price', () => {
  it('is quoted: what is expected, what it costs at most, and what there is', async () => {
    await priced()
    await fixture.issue(now, 500n)
    const quote = await fixture.handlers.quoteJob(
      { parent: fixture.parent, service: 'probe', parameters: [{ name: 'ACT', value: 'write a' }] },
      fixture.alice,
    )
    expect(quote).toMatchObject({
      price: {
        creditClass: `creditClasses/now-${round}`,
        unit: 'credits',
        decimals: 2,
        expected: 210n,
        atMost: ONE_TASK,
        available: 500n,
        free: 0n,
      },
    })
  })

  it('holds what it costs at most, pays for what it took, and gets the rest back', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a', 'write b'])
    // 100, 10 x (1 + 2) s, 200 bytes
    expect(await job(id)).toMatchObject({
      phase: 'PHASE_QUEUED',
      charge: {
        creditClass: `creditClasses/now-${round}`,
        atMost: 330n,
        held: 330n,
        captured: 0n,
        transaction: '',
      },
    })
    expect([await fixture.available(now), await fixture.held(now)]).toEqual([670n, 330n])
    const [first, second] = await fixture.claim()
    await fixture.ran(first, 0.4)
    await fixture.endTask(first, completed(50))
    expect(await fixture.held(now)).toBe(330n)
    await fixture.ran(second, 1.1)
    await fixture.endTask(second, completed(7))
    const paid = 100n + 10n * (1n + 2n) + 57n
    expect(await job(id)).toMatchObject({
      phase: 'PHASE_COMPLETED',
      charge: { atMost: 330n, held: 0n, captured: paid },
    })
    expect([await fixture.available(now), await fixture.held(now)]).toEqual([1_000n - paid, 0n])
    const [transaction] = await fixture.query(
      `select kind, reference_id, description, metadata from credit_transactions where id = $1`,
      [(await fixture.charge(id)).charge_transaction],
    )
    expect(transaction).toEqual({
      kind: 'JOB_CAPTURE',
      reference_id: id,
      description: 'probe job',
      metadata: { taskSeconds: '3', outputBytes: '57' },
    })
  })

  it('never pays more than was held, however long it took and however much it wrote', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a'])
    const [task] = await fixture.claim()
    await fixture.ran(task, 5_000)
    await fixture.endTask(task, completed(500_000))
    expect(await fixture.charge(id)).toMatchObject({ phase: 'COMPLETED', charge_captured: String(ONE_TASK) })
  })

  it('pays for the tasks that completed, when others failed', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a', 'fail'])
    const [first, second] = await fixture.claim()
    await fixture.ran(first, 0.4)
    await fixture.endTask(first, completed(50))
    await fixture.ran(second, 90)
    await fixture.endTask(second, failed)
    expect(await fixture.charge(id)).toMatchObject({ phase: 'COMPLETED', charge_captured: '160' })
  })

  it('pays for the attempt alone that completed a task', async () => {
    await priced({ perTaskSecond: 1n })
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['flaky'])
    const [first] = await fixture.claim()
    await fixture.ran(first, 60)
    await fixture.endTask(first, {
      kind: 'failed',
      error: { reason: 'PASSING', message: '', transient: true },
    })
    await fixture.query(`update job_tasks set ready_at = null`)
    const [second] = await fixture.claim()
    await fixture.ran(second, 0.2)
    await fixture.endTask(second, completed(0))
    expect(await fixture.charge(id)).toMatchObject({ phase: 'COMPLETED', charge_captured: '101' })
  })

  it('is charged as was promised, whatever happens to its price and its class meanwhile', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const jobs = [await fixture.submit(['write a']), await fixture.submit(['write b'])]
    await priced({ perJob: 900n })
    const tasks = await fixture.claim()
    await fixture.ran(tasks[0], 0.1)
    await fixture.endTask(tasks[0], completed(0))
    await fixture.pricing.remove('probe', `now-${round}`, fixture.ownerId)
    await fixture.query(
      `update credit_classes set expire_time = now() - interval '1 s', state = 'CLOSED' where id = $1`,
      [now],
    )
    await fixture.ran(tasks[1], 0.1)
    await fixture.endTask(tasks[1], completed(0))
    for (const id of jobs) expect(await fixture.charge(id)).toMatchObject({ charge_captured: '110' })
  })

  it('is free when its service has no price, and stays so', async () => {
    const id = await fixture.submit(['write a'])
    await priced({ perJob: 5_000n })
    const [task] = await fixture.claim()
    await fixture.endTask(task, completed(5))
    expect(await job(id)).toMatchObject({ phase: 'PHASE_COMPLETED', charge: undefined })
  })

  it('is not seen to cost something by whom it is shared with from outside', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a'])
    const outsider = fixture.context(fixture.ownerId, ['jobs.read'])
    expect(await fixture.handlers.getJob({ name: jobName(id) }, outsider)).toMatchObject({
      charge: undefined,
    })
  })

  it('holds nothing when the organisation has as many jobs as it may', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    await fixture.query(
      `insert into organization_job_limits (organization_id, unfinished_jobs) values ($1, 1)`,
      [fixture.organizationId],
    )
    await fixture.submit(['write a'])
    expect(await refusal(fixture.submit(['write b']))).toMatchObject({ reason: 'QUEUED_JOBS_LIMIT' })
    await fixture.query(`delete from organization_job_limits`)
    expect(await fixture.held(now)).toBe(ONE_TASK)
  })

  it('holds once for a request that comes in several times at once', async () => {
    await priced()
    await fixture.issue(now, 10_000n)
    const requestId = '01999999-0000-7000-8000-00000000000a'
    const ids = await Promise.all(Array.from({ length: 8 }, () => fixture.submit(['write a'], { requestId })))
    expect(new Set(ids).size).toBe(1)
    expect(await fixture.held(now)).toBe(ONE_TASK)
  })

  it('holds nothing while it is kept for later, and does when it is run', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a'], { keepPending: true })
    expect(await fixture.charge(id)).toMatchObject({ phase: 'PENDING', charge_state: null })
    await run(id)
    expect(await fixture.charge(id)).toMatchObject({ phase: 'QUEUED', charge_state: 'HELD' })
    expect(await fixture.held(now)).toBe(ONE_TASK)
  })
})

describe('a job that does not complete', () => {
  const stop = {
    'is cancelled': (id: string) => fixture.handlers.cancelJob({ name: jobName(id) }, fixture.alice),
    'is deleted': (id: string) => fixture.handlers.deleteJob({ name: jobName(id) }, fixture.alice),
    'is aborted by the operator': (id: string) =>
      fixture.operations.abortJob({ job: jobName(id), reason: 'No.' }, fixture.carol),
    'reaches its destruction time': async (id: string) => {
      await fixture.query(`update jobs set destruction_time = now() - interval '1 s' where id = $1`, [id])
      await sweep({ dataSource: fixture.database.dataSource, log: silent })
    },
  }
  const before = {
    QUEUED: async () => undefined,
    EXECUTING: async () => {
      await fixture.claim()
    },
    'HELD by the operator': async (id: string) => {
      await fixture.operations.holdJob({ job: jobName(id), reason: 'Wait.' }, fixture.carol)
    },
    'SUSPENDED by the operator': async (id: string) => {
      await fixture.claim()
      await fixture.operations.holdJob({ job: jobName(id), reason: 'Wait.' }, fixture.carol)
    },
  }
  it.each(
    Object.entries(before).flatMap(([phase, get]) =>
      Object.entries(stop).map(([how, act]) => ({ phase, get, how, act })),
    ),
  )('and $how while $phase gets all back', async ({ get, act }) => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a', 'write b'])
    await get(id)
    expect(await fixture.held(now)).toBe(330n)
    await act(id)
    expect(await fixture.charge(id)).toMatchObject({ charge_state: 'SETTLED', charge_captured: '0' })
    expect([await fixture.available(now), await fixture.held(now)]).toEqual([1_000n, 0n])
  })

  it('because it runs for too long gets all back', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(['write a'])
    await fixture.claim()
    await fixture.query(`update jobs set deadline_time = now() - interval '1 s'`)
    await sweep({ dataSource: fixture.database.dataSource, log: silent })
    expect(await fixture.charge(id)).toMatchObject({ phase: 'ERROR', charge_captured: '0' })
    expect(await fixture.available(now)).toBe(1_000n)
  })

  it.each([
    ['its only task fails', ['fail'], [failed]],
    ['all its tasks fail', ['fail', 'fail'], [failed, failed]],
    ['it writes more than it may', ['write a'], [completed(2 * 1024 ** 2)]],
  ] as const)('because %s gets all back', async (_why, acts, ends) => {
    await priced()
    await fixture.issue(now, 1_000n)
    const id = await fixture.submit(acts)
    const tasks = await fixture.claim()
    for (const [place, end] of ends.entries()) await fixture.endTask(tasks[place], end)
    expect(await fixture.charge(id)).toMatchObject({ phase: 'ERROR', charge_captured: '0' })
    expect(await fixture.available(now)).toBe(1_000n)
  })

  it('keeps its hold while the operator holds it, and is paid for when it goes on', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    const queued = await fixture.submit(['write a'])
    await fixture.operations.holdJob({ job: jobName(queued), reason: 'Wait.' }, fixture.carol)
    expect(await fixture.charge(queued)).toMatchObject({ phase: 'HELD', charge_state: 'HELD' })
    await fixture.operations.releaseJob({ job: jobName(queued) }, fixture.carol)
    expect(await fixture.charge(queued)).toMatchObject({ phase: 'QUEUED', charge_state: 'HELD' })
    await fixture.claim()
    await fixture.operations.holdJob({ job: jobName(queued), reason: 'Wait.' }, fixture.carol)
    expect(await fixture.held(now)).toBe(ONE_TASK)
    await fixture.operations.releaseJob({ job: jobName(queued) }, fixture.carol)
    const [task] = await fixture.claim()
    await fixture.ran(task, 0.1)
    await fixture.endTask(task, completed(1))
    expect(await fixture.charge(queued)).toMatchObject({ charge_captured: '111' })
  })
})

describe('a job without enough credits', () => {
  it('waits in HELD, and says what it needs, what there was and the way out', async () => {
    await priced()
    await fixture.issue(now, 219n)
    const id = await fixture.submit(['write a'])
    expect(await job(id)).toMatchObject({
      phase: 'PHASE_HELD',
      phaseNote: { reason: 'INSUFFICIENT_CREDITS', ownerMayRun: true },
      charge: { atMost: ONE_TASK, held: 0n, captured: 0n },
    })
    const { phaseNote } = (await job(id)) as { phaseNote: { message: string } }
    expect(phaseNote.message).toBe(
      `It needs 2.20 credits of now-${round} to be set aside, and 2.19 credits were available. It goes on by itself when there is enough: credits are bought or issued, or other jobs end.`,
    )
    expect(await fixture.claim()).toEqual([])
    expect(await fixture.query(`select routing_key from outbox order by id`)).toEqual([
      { routing_key: `jobs.created.${fixture.organizationId}` },
      { routing_key: `jobs.held.${fixture.organizationId}` },
    ])
  })

  it('goes on when credits arrive, the oldest first, and smaller ones that suffice pass it', async () => {
    await priced()
    const large = await fixture.submit(['write a', 'write b', 'write c'])
    const small = await fixture.submit(['write a'])
    const smaller = await fixture.submit(['write a'])
    await waiting().look()
    expect(await fixture.charge(small)).toMatchObject({ phase: 'HELD' })
    await fixture.issue(now, 230n)
    await waiting().look(fixture.organizationId)
    expect([
      await fixture.charge(large),
      await fixture.charge(small),
      await fixture.charge(smaller),
    ]).toMatchObject([{ phase: 'HELD' }, { phase: 'QUEUED', charge_state: 'HELD' }, { phase: 'HELD' }])
    await fixture.issue(now, 440n)
    await waiting().look()
    expect([await fixture.charge(large), await fixture.charge(smaller)]).toMatchObject([
      { phase: 'QUEUED' },
      { phase: 'HELD' },
    ])
    // The first gives back more than the last needs.
    const tasks = await fixture.claim()
    await fixture.handlers.cancelJob({ name: jobName(large) }, fixture.alice)
    expect(tasks.length).toBe(4)
    await waiting().look()
    expect(await fixture.charge(smaller)).toMatchObject({ phase: 'QUEUED' })
  })

  it('holds once, however many resume it at once', async () => {
    await priced()
    const ids = await Promise.all(Array.from({ length: 6 }, () => fixture.submit(['write a'])))
    await fixture.issue(now, 4n * ONE_TASK)
    await Promise.all(Array.from({ length: 5 }, () => waiting().look()))
    await Promise.all(ids.map((id) => refusal(run(id))))
    const phases = await fixture.query(
      `select phase, count(*)::int as jobs from jobs group by phase order by phase`,
    )
    expect(phases).toEqual([
      { phase: 'HELD', jobs: 2 },
      { phase: 'QUEUED', jobs: 4 },
    ])
    expect(await fixture.available(now)).toBe(0n)
  })

  it('is refused to be run by its owner while there are still too few, and is run when not', async () => {
    await priced()
    const id = await fixture.submit(['write a'])
    expect(await refusal(run(id))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'INSUFFICIENT_CREDITS',
    })
    await fixture.issue(now, ONE_TASK)
    await run(id)
    expect(await fixture.charge(id)).toMatchObject({ phase: 'QUEUED', charge_state: 'HELD' })
  })

  it.each([
    ['cancelled', (id: string) => fixture.handlers.cancelJob({ name: jobName(id) }, fixture.alice)],
    ['deleted', (id: string) => fixture.handlers.deleteJob({ name: jobName(id) }, fixture.alice)],
    [
      'aborted',
      (id: string) => fixture.operations.abortJob({ job: jobName(id), reason: 'No.' }, fixture.carol),
    ],
  ] as const)('never holds anything when it is %s', async (_how, act) => {
    await priced()
    const id = await fixture.submit(['write a'])
    await act(id)
    await fixture.issue(now, 1_000n)
    await waiting().look()
    expect(await fixture.charge(id)).toMatchObject({
      phase: 'ABORTED',
      charge_state: 'SETTLED',
      charge_captured: '0',
    })
    expect(await fixture.available(now)).toBe(1_000n)
    expect(await fixture.query(`select * from credit_waiters`)).toEqual([])
  })

  it('stays when the operator holds it too, and waits or goes on when the operator releases it', async () => {
    await priced()
    const id = await fixture.submit(['write a'])
    const hold = () => fixture.operations.holdJob({ job: jobName(id), reason: 'Wait.' }, fixture.carol)
    const release = () => fixture.operations.releaseJob({ job: jobName(id) }, fixture.carol)
    expect(await refusal(release())).toMatchObject({ reason: 'INSUFFICIENT_CREDITS' })
    await hold()
    expect(await refusal(run(id))).toMatchObject({ reason: 'JOB_HELD' })
    await release()
    expect(await fixture.charge(id)).toMatchObject({ phase: 'HELD', phase_reason: 'INSUFFICIENT_CREDITS' })
    await hold()
    await fixture.issue(now, 1_000n)
    await waiting().look()
    expect(await fixture.charge(id)).toMatchObject({ phase: 'HELD', phase_reason: 'HELD_BY_OPERATOR' })
    await release()
    expect(await fixture.charge(id)).toMatchObject({ phase: 'QUEUED', charge_state: 'HELD' })
  })

  it('is told another need when its price changes, and goes on for free when there is none any more', async () => {
    await priced()
    const id = await fixture.submit(['write a'])
    await priced({ perJob: 200n })
    await waiting().look()
    expect(await job(id)).toMatchObject({ phase: 'PHASE_HELD', charge: { atMost: 320n } })
    const { version } = (await job(id)) as { version: bigint }
    await waiting().look()
    expect(await job(id)).toMatchObject({ version })
    await fixture.pricing.remove('probe', `now-${round}`, fixture.ownerId)
    await waiting().look()
    expect(await job(id)).toMatchObject({ phase: 'PHASE_QUEUED', charge: undefined })
  })

  it('is paid in another class when that has a price and enough, also when its own expires', async () => {
    await priced()
    const id = await fixture.submit(['write a'])
    await fixture.query(`update credit_classes set expire_time = now() - interval '1 s' where id = $1`, [now])
    await waiting().look()
    expect(await job(id)).toMatchObject({
      phaseNote: { message: expect.stringContaining('pays for nothing any more') },
    })
    await fixture.price(`later-${round}`, { perJob: 1n })
    await fixture.issue(later, 121n)
    await waiting().look()
    expect(await fixture.charge(id)).toMatchObject({
      phase: 'QUEUED',
      charge_class_id: later,
      charge_at_most: '121',
    })
  })

  it('could cost more than can be held: it says so, and waits', async () => {
    await priced({ perJob: 10n ** 12n, perTaskSecond: 10n ** 12n, perOutputGb: 10n ** 12n })
    const id = await fixture.submit(Array(1_000).fill('write a'))
    expect(await fixture.charge(id)).toMatchObject({ phase: 'HELD', charge_state: 'WAITING' })
    expect(await job(id)).toMatchObject({
      phaseNote: { message: expect.stringContaining('than can be set aside at once') },
    })
  })

  it('is not resumed by an organisation that has none, and nobody is woken for it then', async () => {
    await priced()
    const id = await fixture.submit(['write a'])
    expect(await fixture.query(`select organization_id from credit_waiters`)).toHaveLength(1)
    await fixture.issue(now, ONE_TASK)
    await waiting().look()
    await waiting().look()
    expect(await fixture.charge(id)).toMatchObject({ phase: 'QUEUED' })
    expect(await fixture.query(`select organization_id from credit_waiters`)).toEqual([])
  })
})

describe('the class that pays', () => {
  it('is the one that expires first of those that have enough', async () => {
    await priced()
    await fixture.price(`later-${round}`)
    await fixture.issue(now, 300n)
    await fixture.issue(later, 1_000n)
    const ids = [await fixture.submit(['write a']), await fixture.submit(['write a'])]
    expect(await Promise.all(ids.map(fixture.charge))).toMatchObject([
      { phase: 'QUEUED', charge_class_id: now },
      { phase: 'QUEUED', charge_class_id: later },
    ])
  })

  it('is not one that has expired or is closed', async () => {
    await priced()
    await fixture.issue(now, 1_000n)
    await fixture.price(`later-${round}`)
    await fixture.issue(later, 1_000n)
    await fixture.query(`update credit_classes set state = 'CLOSED' where id = $1`, [now])
    expect(await fixture.charge(await fixture.submit(['write a']))).toMatchObject({ charge_class_id: later })
  })
})

describe('free use', () => {
  const used = () =>
    fixture.query(`select month::text, used from credit_free_use where class_id = $1 order by month`, [now])
  const thisMonth = `${new Date().toISOString().slice(0, 7)}-01`

  it('is reserved with the hold, and what was not needed is given back', async () => {
    await priced({ freePerMonth: 300n })
    await fixture.issue(now, 1_000n)
    const ids = [await fixture.submit(['write a']), await fixture.submit(['write b'])]
    // 220 of 300, then the 80 that are left
    expect(await Promise.all(ids.map(fixture.charge))).toMatchObject([
      { charge_at_most: '0', charge_state: 'HELD' },
      { charge_at_most: '140', charge_state: 'HELD' },
    ])
    const [first, second] = await fixture.claim()
    await fixture.ran(first, 0.1)
    await fixture.endTask(first, completed(10))
    expect(await used()).toEqual([{ month: thisMonth, used: '200' }])
    await fixture.ran(second, 0.1)
    await fixture.endTask(second, completed(10))
    // 120, of which 80 were free
    expect(await fixture.charge(ids[1] ?? '')).toMatchObject({ charge_captured: '40' })
    expect(await used()).toEqual([{ month: thisMonth, used: '200' }])
    expect(await fixture.available(now)).toBe(960n)
  })

  it('goes to the month that it was reserved in, also when the job ends in the next', async () => {
    await priced({ freePerMonth: 1_000n })
    const id = await fixture.submit(['write a'])
    await fixture.query(`update credit_free_use set month = '2026-01-01'`)
    await fixture.query(
      `update jobs set charge_terms = jsonb_set(charge_terms, '{freeMonth}', '"2026-01-01"')`,
    )
    const [task] = await fixture.claim()
    await fixture.ran(task, 0.1)
    await fixture.endTask(task, completed(0))
    expect(await used()).toEqual([{ month: '2026-01-01', used: '110' }])
    expect(await fixture.charge(id)).toMatchObject({ charge_captured: '0' })
  })

  it('is never overdrawn by jobs that are submitted at once, and all of it comes back when they are cancelled', async () => {
    await priced({ freePerMonth: 1_000n })
    await fixture.issue(now, 10_000n)
    const ids = await Promise.all(Array.from({ length: 12 }, () => fixture.submit(['write a'])))
    expect(await used()).toEqual([{ month: thisMonth, used: '1000' }])
    expect(await fixture.held(now)).toBe(12n * ONE_TASK - 1_000n)
    await Promise.all(ids.map((id) => fixture.handlers.cancelJob({ name: jobName(id) }, fixture.alice)))
    expect(await used()).toEqual([{ month: thisMonth, used: '0' }])
    expect(await fixture.available(now)).toBe(10_000n)
  })
})

it('the database refuses to commit a job that ends and keeps its hold', async () => {
  await priced()
  await fixture.issue(now, 1_000n)
  const id = await fixture.submit(['write a'])
  await expect(
    fixture.query(`update jobs set phase = 'ABORTED', end_time = now() where id = $1`, [id]),
  ).rejects.toThrow('charge that does not fit its phase')
})
