import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallContext } from '../../../server/call-context.ts'
import { defaultJobLimits } from '../job-limits.ts'
import { phaseOf, silent } from '../testing/jobs-fixture.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'

const idOf = (name: string) => name.split('/').at(-1) ?? ''
const reason = 'The disks are full.'

let fixture: ModuleFixture
let operator: CallContext

const create = async (acts: string[], more: object = {}) =>
  (await fixture.handlers.createJob(createRequest(acts, more), fixture.alice)).name
const get = (name: string) => fixture.handlers.getJob({ name }, fixture.alice)
const cancel = (name: string) => fixture.handlers.cancelJob({ name }, fixture.alice)
const abort = (job: string) => fixture.operations.abortJob({ job, reason }, operator)
const hold = (job: string) => fixture.operations.holdJob({ job, reason }, operator)
const release = (job: string) => fixture.operations.releaseJob({ job }, operator)
const running = async (more: object = {}) =>
  (
    await fixture.operations.listRunningTasks(
      { organization: '', worker: '', pageSize: 0, pageToken: '', ...more },
      operator,
    )
  ).tasks
const loads = async (more: object = {}) =>
  fixture.operations.listOrganizationLoads({ pageSize: 0, pageToken: '', ...more }, operator)
const workers = async () => (await fixture.operations.listWorkers({}, operator)).workers
const load = async () => (await loads()).loads.find(({ organization }) => organization === fixture.parent)
const executing = (name: string) =>
  fixture.until(idOf(name), (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
const gate = () => join(fixture.folder, `gate-${v7()}`)
const phasesOf = async (name: string) =>
  (await fixture.events(idOf(name))).flatMap((event) => phaseOf(event) ?? [])

beforeAll(async () => {
  fixture = await moduleFixture()
  operator = {
    caller: { userId: v7(), displayName: 'Olivia', email: 'olivia@example.org' },
    organization: undefined,
    permissions: new Set(),
    requestId: 'test',
    log: silent,
    signal: new AbortController().signal,
  }
})
afterAll(() => fixture.end())

describe('the operator', () => {
  it('aborts a job with a reason that its owner reads', async () => {
    const name = await create(['write a'])
    await abort(name)
    expect(await get(name)).toMatchObject({
      phase: 'PHASE_ABORTED',
      error: { reason: 'ABORTED_BY_OPERATOR', message: expect.stringContaining(reason), transient: false },
    })
  })

  const methods = { abort, hold, release }

  it.each([
    ['abort', 'COMPLETED', 'JOB_ALREADY_ENDED'],
    ['hold', 'COMPLETED', 'JOB_ALREADY_ENDED'],
    ['release', 'COMPLETED', 'JOB_NOT_HELD'],
    ['hold', 'HELD', 'JOB_ALREADY_HELD'],
    ['release', 'QUEUED', 'JOB_NOT_HELD'],
    ['release', 'PENDING', 'JOB_NOT_HELD'],
    ['release', 'SUSPENDED', 'JOB_NOT_HELD'],
  ] as const)('cannot %s a job that is %s', async (method, phase, expected) => {
    const name = await create(['write a'], { keepPending: phase === 'PENDING' })
    if (phase === 'HELD') await hold(name)
    if (phase === 'COMPLETED') await cancel(name)
    if (phase === 'SUSPENDED') {
      // As the system does it when no worker takes tasks.
      await fixture.database.dataSource.query(
        `update jobs set phase = 'SUSPENDED', suspended_at = now(), phase_reason = 'NO_WORKERS' where id = $1`,
        [idOf(name)],
      )
    }
    await expect(methods[method](name)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: expected,
    })
    if (phase !== 'COMPLETED') await cancel(name)
  })

  it.each(['abort', 'hold', 'release'] as const)('does not find to %s what is no job', async (method) => {
    const name = await create(['write a'])
    for (const absent of [
      `${fixture.parent}/jobs/${v7()}`,
      `${fixture.parent}/jobs/${'-'.repeat(36)}`,
      name.replace('observatory', 'absent'),
    ]) {
      await expect(methods[method](absent)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'JOB_NOT_FOUND',
      })
    }
    await fixture.handlers.deleteJob({ name }, fixture.alice)
    await expect(methods[method](name)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is named where others are told of a job that it held or aborted, with the reason', async () => {
    const name = await create(['write a'])
    await hold(name)
    await abort(name)
    const told = await fixture.database.dataSource.query(
      `select routing_key, payload from outbox where payload ->> 'job' = $1 order by id`,
      [idOf(name)],
    )
    expect(told).toMatchObject([
      { routing_key: `jobs.created.${fixture.organizationId}`, payload: { actor: null } },
      {
        routing_key: `jobs.held.${fixture.organizationId}`,
        payload: {
          phase: 'HELD',
          phase_reason: 'HELD_BY_OPERATOR',
          phase_message: expect.stringContaining(reason),
          actor: operator.caller?.userId,
        },
      },
      {
        routing_key: `jobs.aborted.${fixture.organizationId}`,
        payload: {
          error_reason: 'ABORTED_BY_OPERATOR',
          error_message: expect.stringContaining(reason),
          phase_reason: null,
          task_count: 1,
          tasks_failed: 0,
          actor: operator.caller?.userId,
        },
      },
    ])
  })

  it('holds a queued job, and releases it into the queue', async () => {
    const name = await create(['write a'])
    await hold(name)
    expect(await get(name)).toMatchObject({
      phase: 'PHASE_HELD',
      phaseNote: {
        reason: 'HELD_BY_OPERATOR',
        message: expect.stringContaining(reason),
        ownerMayRun: false,
      },
    })
    await expect(fixture.handlers.runJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'JOB_HELD',
      message: expect.stringContaining(reason),
    })
    await fixture.worker()
    await release(name)
    await fixture.ended(idOf(name))
    await fixture.stopWorkers()
    expect(await get(name)).toMatchObject({ phase: 'PHASE_COMPLETED', phaseNote: undefined })
    expect(await phasesOf(name)).toEqual(['PENDING', 'QUEUED', 'HELD', 'QUEUED', 'EXECUTING', 'COMPLETED'])
    const note = (await fixture.events(idOf(name))).find((event) => phaseOf(event) === 'HELD')
    expect(note?.payload).toMatchObject({ note: { reason: 'HELD_BY_OPERATOR' } })
  })

  it('does not run what its owner has not: a job that was PENDING is that again', async () => {
    const name = await create(['write a'], { keepPending: true })
    await hold(name)
    await release(name)
    expect(await get(name)).toMatchObject({ phase: 'PHASE_PENDING' })
  })

  it('takes a job off its workers, which goes on later and is not charged for the pause', async () => {
    const open = gate()
    await fixture.worker()
    const name = await create([`wait ${open}`, 'write b'], { executionDuration: { seconds: 30n, nanos: 0 } })
    await executing(name)
    await fixture.eventually(async () => (await running()).some((task) => task.job === name))
    await hold(name)
    expect(await get(name)).toMatchObject({
      phase: 'PHASE_SUSPENDED',
      phaseNote: { reason: 'SUSPENDED_BY_OPERATOR', message: expect.stringContaining(reason) },
    })
    expect((await running()).filter((task) => task.job === name)).toEqual([])
    const { dataSource } = fixture.database
    const deadline = async () => {
      const [row] = await dataSource.query(
        `select extract(epoch from deadline_time - start_time)::float8 as seconds from jobs where id = $1`,
        [idOf(name)],
      )
      return row.seconds
    }
    expect(await deadline()).toBeCloseTo(30, 3)
    await dataSource.query(`update jobs set suspended_at = suspended_at - interval '100 s' where id = $1`, [
      idOf(name),
    ])
    await writeFile(open, '')
    await release(name)
    expect(await deadline()).toBeGreaterThan(130)
    await fixture.ended(idOf(name))
    await fixture.stopWorkers()
    expect(await get(name)).toMatchObject({ phase: 'PHASE_COMPLETED', tasksCompleted: 2 })
    const { tasks } = await fixture.handlers.listJobTasks(
      { parent: name, pageSize: 0, pageToken: '' },
      fixture.alice,
    )
    expect(tasks[0]).toMatchObject({
      attempts: 2,
      failedAttempts: [{ number: 1, exit: { reason: 'RELEASED', transient: true } }],
    })
    expect(await phasesOf(name)).toEqual([
      'PENDING',
      'QUEUED',
      'EXECUTING',
      'SUSPENDED',
      'EXECUTING',
      'COMPLETED',
    ])
  })

  it('lists what waits and is held, oldest first, by phase and organisation, in pages', async () => {
    const far = await create(['write a'], { keepPending: true })
    const names = [far]
    for (let count = 0; count < 3; count++) names.push(await create(['write a'], { keepPending: true }))
    for (const name of names) await hold(name)
    const list = (more: object = {}) =>
      fixture.operations.listUnfinishedJobs(
        { organization: '', phases: ['PHASE_HELD'], pageSize: 0, pageToken: '', ...more },
        operator,
      )
    const { jobs } = await list()
    expect(jobs.map(({ job }) => job)).toEqual(names)
    expect(jobs[0]).toMatchObject({
      organization: fixture.parent,
      phase: 'PHASE_HELD',
      phaseNote: { reason: 'HELD_BY_OPERATOR', message: expect.stringContaining(reason) },
      taskCount: 1,
    })
    const first = await list({ pageSize: 3 })
    const second = await list({ pageSize: 3, pageToken: first.nextPageToken })
    expect([...first.jobs, ...second.jobs].map(({ job }) => job)).toEqual(names)
    expect(second.nextPageToken).toBe('')
    expect((await list({ organization: fixture.parent })).jobs).toHaveLength(4)
    expect((await list({ phases: ['PHASE_SUSPENDED'] })).jobs).toEqual([])
    expect((await list({ phases: [] })).jobs.map(({ job }) => job)).toEqual(expect.arrayContaining(names))
    await expect(list({ organization: 'organizations/absent' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(list({ phases: [], pageSize: 3, pageToken: first.nextPageToken })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
    for (const name of names) await cancel(name)
    expect((await list()).jobs).toEqual([])
  })

  it('sees what runs, without its parameters, by organisation and worker, in pages', async () => {
    const open = gate()
    await fixture.worker()
    const name = await create([`wait ${open}`, `wait ${open}`])
    await fixture.eventually(async () => (await running()).length === 2)
    const tasks = await running()
    expect(tasks).toMatchObject([
      {
        job: name,
        organization: fixture.parent,
        organizationDisplayName: 'Observatory',
        ownerDisplayName: 'Alice',
        service: 'probe',
        displayName: expect.stringMatching(/^[12] of 2$/),
        attempt: 1,
      },
      { job: name },
    ])
    const json = (value: unknown) =>
      JSON.stringify(value, (_key, each) => (typeof each === 'bigint' ? String(each) : each))
    expect(json(tasks)).not.toContain('gate-')
    const worker = tasks[0]?.worker ?? ''
    expect(await workers()).toMatchObject([
      { name: worker, state: 'WORKER_STATE_ACTIVE', concurrency: 2, runningTasks: 2 },
    ])
    expect(await running({ organization: fixture.parent, worker })).toHaveLength(2)
    expect(await running({ worker: 'workers/other' })).toEqual([])
    await expect(running({ organization: 'organizations/absent' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ORGANIZATION_NOT_FOUND',
      violations: [{ field: 'organization' }],
    })
    const page = (pageToken: string, more: object = {}) =>
      fixture.operations.listRunningTasks(
        { organization: '', worker: '', pageSize: 1, pageToken, ...more },
        operator,
      )
    const first = await page('')
    const second = await page(first.nextPageToken)
    expect([...first.tasks, ...second.tasks].map(({ task }) => task).sort()).toEqual([0, 1])
    expect(second.nextPageToken).toBe('')
    await expect(page(first.nextPageToken, { organization: fixture.parent })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
    await writeFile(open, '')
    await fixture.ended(idOf(name))
    await fixture.stopWorkers()
  })

  it('pauses, drains and resumes a worker', async () => {
    const open = gate()
    await fixture.worker()
    const running2 = async (name: string) => (await running()).filter((task) => task.job === name).length
    const kept = await create([`wait ${open}`])
    await fixture.eventually(async () => (await running2(kept)) === 1)
    const worker = (await workers())[0]?.name ?? ''
    expect(await fixture.operations.pauseWorker({ worker }, operator)).toMatchObject({
      name: worker,
      state: 'WORKER_STATE_PAUSED',
      runningTasks: 1,
    })
    expect(await fixture.operations.drainWorker({ worker }, operator)).toMatchObject({
      state: 'WORKER_STATE_DRAINING',
    })
    await fixture.eventually(async () => (await running2(kept)) === 0)
    await writeFile(open, '')
    expect(await fixture.operations.resumeWorker({ worker }, operator)).toMatchObject({
      state: 'WORKER_STATE_ACTIVE',
    })
    await fixture.ended(idOf(kept))
    await fixture.stopWorkers()
    const { tasks } = await fixture.handlers.listJobTasks(
      { parent: kept, pageSize: 0, pageToken: '' },
      fixture.alice,
    )
    expect(tasks[0]?.failedAttempts).toMatchObject([{ exit: { reason: 'RELEASED' } }])
  })

  it('does not find a worker that is gone', async () => {
    await fixture.database.dataSource.query(
      `insert into job_workers (id, lease_expires_at) values ('lost', now() - interval '1 s')`,
    )
    expect(await workers()).toEqual([])
    for (const worker of ['workers/lost', 'workers/absent']) {
      for (const method of ['pauseWorker', 'drainWorker', 'resumeWorker'] as const) {
        await expect(fixture.operations[method]({ worker }, operator)).rejects.toMatchObject({
          code: 'NOT_FOUND',
          reason: 'WORKER_NOT_FOUND',
          violations: [{ field: 'worker' }],
        })
      }
    }
  })
})

describe('limits and loads', () => {
  const set = (organization: string, limits: object = {}) =>
    fixture.operations.setOrganizationLimits(
      {
        organization,
        unfinishedJobsLimit: undefined,
        executingJobsLimit: undefined,
        runningTasksLimit: undefined,
        ...limits,
      },
      operator,
    )

  it('are told of every organisation, also of one without jobs', async () => {
    expect(await load()).toMatchObject({ waitingTasks: 0, runningTasks: 0, ownLimits: false })
    const queued = await create(['write a', 'write b'])
    const held = await create(['write a'])
    await hold(held)
    await create(['write a'], { keepPending: true })
    expect(await load()).toMatchObject({
      displayName: 'Observatory',
      queuedJobs: 1,
      executingJobs: 0,
      heldJobs: 1,
      waitingTasks: 2,
      runningTasks: 0,
      unfinishedJobsLimit: defaultJobLimits.unfinishedJobs,
      executingJobsLimit: defaultJobLimits.executingJobs,
      runningTasksLimit: 0,
    })
    for (const name of [queued, held]) await cancel(name)
  })

  it("of an organisation's own hold at the next submit, and go with the last of them", async () => {
    expect(await set(fixture.parent, { unfinishedJobsLimit: 1, runningTasksLimit: 0 })).toMatchObject({
      ownLimits: true,
      unfinishedJobsLimit: 1,
      executingJobsLimit: defaultJobLimits.executingJobs,
    })
    const only = await create(['write a'])
    await expect(create(['write b'])).rejects.toMatchObject({
      reason: 'QUEUED_JOBS_LIMIT',
      metadata: { limit: '1' },
    })
    expect(await set(fixture.parent)).toMatchObject({ ownLimits: false, unfinishedJobsLimit: 1_000 })
    const second = await create(['write b'])
    for (const name of [only, second]) await cancel(name)
  })

  it('are not set of an organisation that is not there', async () => {
    await expect(set('organizations/absent', { unfinishedJobsLimit: 1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'ORGANIZATION_NOT_FOUND',
      violations: [{ field: 'organization' }],
    })
  })

  it('come in pages by the name of the organisation', async () => {
    for (const slug of ['aaa', 'zzz']) {
      await fixture.database.dataSource.query(
        `insert into organizations (id, slug, display_name, kind) values ($1, $2, $2, 'MEMBER')`,
        [v7(), slug],
      )
    }
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await loads({ pageSize: 2, pageToken })
      seen.push(...page.loads.map(({ organization }) => organization))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(['organizations/aaa', fixture.parent, 'organizations/zzz'])
    await expect(loads({ pageToken: 'elsewhere' })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
  })
})
