import { Phase } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultJobLimits } from './job-limits.ts'
import { createRequest, type ModuleFixture, moduleFixture } from './testing/module-fixture.ts'

const later = (ms: number) => new Date(Date.now() + ms)

describe('the job service', () => {
  let fixture: ModuleFixture
  const create = (more: object = {}, context = fixture.alice) =>
    fixture.handlers.createJob(createRequest(['write a'], { keepPending: true, ...more }), context)
  const list = (more: object = {}, context = fixture.alice) =>
    fixture.handlers.listJobs(
      {
        parent: fixture.parent,
        pageSize: 0,
        pageToken: '',
        phases: [],
        service: '',
        owner: '',
        createdAfter: undefined,
        createdBefore: undefined,
        orderBy: '',
        ...more,
      },
      context,
    )

  beforeAll(async () => {
    fixture = await moduleFixture({ limits: { ...defaultJobLimits, unfinishedJobs: 5, tasksPerJob: 3 } })
  })
  afterAll(() => fixture.end())

  it('answers a repeated request_id with the first job, and refuses another body under it', async () => {
    const requestId = v7()
    const [first, second] = await Promise.all([create({ requestId }), create({ requestId })])
    expect(second.name).toBe(first.name)
    expect((await create({ requestId })).name).toBe(first.name)
    await expect(create({ requestId, runId: 'other' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'REQUEST_ID_REUSED',
    })
  })

  it('makes another job of a request_id whose job was deleted', async () => {
    const requestId = v7()
    const { name } = await create({ requestId })
    await fixture.handlers.deleteJob({ name }, fixture.alice)
    const again = await create({ requestId })
    expect(again.name).not.toBe(name)
    expect((await fixture.handlers.getJob({ name: again.name }, fixture.alice)).name).toBe(again.name)
  })

  it('keeps a job pending until its owner runs it', async () => {
    const { name, phase } = await create()
    expect(phase).toBe('PHASE_PENDING')
    await expect(fixture.handlers.runJob({ name }, fixture.carol)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    expect(await fixture.handlers.runJob({ name }, fixture.alice)).toMatchObject({ phase: 'PHASE_QUEUED' })
    await expect(fixture.handlers.runJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'JOB_NOT_PENDING',
    })
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('tells a queued job its place, and no other', async () => {
    const pending = await create()
    const jobs = [await create({ keepPending: false }), await create({ keepPending: false })]
    const position = async (name: string) =>
      (await fixture.handlers.getJob({ name }, fixture.alice)).queuePosition
    expect(await position(pending.name)).toBeUndefined()
    for (const [jobsAhead, { name }] of jobs.entries()) {
      expect(await position(name)).toEqual({ jobsAhead, expectedStartTime: undefined })
    }
    await fixture.database.dataSource.query(
      `insert into job_workers (id, lease_expires_at) values ('idle', now() + interval '1 minute')`,
    )
    expect((await position(jobs[1]?.name ?? ''))?.expectedStartTime).toBeInstanceOf(Date)
    await fixture.database.dataSource.query(`delete from job_workers where id = 'idle'`)
    for (const { name } of jobs) await fixture.handlers.cancelJob({ name }, fixture.alice)
    expect(await position(jobs[0]?.name ?? '')).toBeUndefined()
  })

  it.each([
    ['after it was queued', false],
    ['before it was', true],
  ])('runs a held job whose hold its owner may lift, %s', async (_when, keepPending) => {
    const { name } = await create({ keepPending })
    const holdFor = (ownerMayRun: boolean) =>
      fixture.database.dataSource.query(
        `update jobs set phase = 'HELD', phase_reason = 'BUDGET', phase_message = 'Spent.', phase_owner_may_run = $2
         where id = $1`,
        [name.split('/').at(-1), ownerMayRun],
      )
    await holdFor(false)
    await expect(fixture.handlers.runJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'JOB_HELD',
      metadata: { heldBy: 'BUDGET' },
    })
    await holdFor(true)
    await expect(fixture.handlers.runJob({ name }, fixture.carol)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    expect(await fixture.handlers.getJob({ name }, fixture.alice)).toMatchObject({
      phaseNote: { reason: 'BUDGET', message: 'Spent.', ownerMayRun: true },
    })
    expect(await fixture.handlers.runJob({ name }, fixture.alice)).toMatchObject({
      phase: 'PHASE_QUEUED',
      phaseNote: undefined,
    })
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('lets owner and administrators cancel, nobody else, and nobody twice', async () => {
    const { name } = await create()
    await expect(fixture.handlers.cancelJob({ name }, fixture.bob)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    const cancelled = await fixture.handlers.cancelJob({ name }, fixture.carol)
    expect(cancelled).toMatchObject({ phase: 'PHASE_ABORTED', error: { reason: 'CANCELLED_BY_USER' } })
    await expect(fixture.handlers.cancelJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'JOB_ALREADY_ENDED',
    })
  })

  it('deletes a job for its owner: it is gone from everything', async () => {
    const { name } = await create()
    await expect(fixture.handlers.deleteJob({ name }, fixture.bob)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    await fixture.handlers.deleteJob({ name }, fixture.alice)
    await expect(fixture.handlers.getJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(fixture.handlers.deleteJob({ name }, fixture.alice)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect((await list()).jobs.map((job) => job.name)).not.toContain(name)
  })

  it('does not find what is no job of the organisation', async () => {
    for (const id of [v7(), '------------------------------------']) {
      const name = `${fixture.parent}/jobs/${id}`
      await expect(fixture.handlers.getJob({ name }, fixture.alice)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await expect(fixture.handlers.cancelJob({ name }, fixture.alice)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    }
    const elsewhere = { ...fixture.alice, organization: { id: v7(), slug: 'observatory' } }
    const { name } = await create()
    await expect(fixture.handlers.getJob({ name }, elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('refuses a job when the queue of the organisation is full, with the way out', async () => {
    const queued = []
    for (let count = 0; count < 5; count++) queued.push(await create({ keepPending: false }))
    await expect(create({ keepPending: false })).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'QUEUED_JOBS_LIMIT',
      message: expect.stringContaining('Wait'),
    })
    for (const { name } of queued) await fixture.handlers.cancelJob({ name }, fixture.alice)
    await create({ keepPending: false }).then(({ name }) =>
      fixture.handlers.cancelJob({ name }, fixture.alice),
    )
  })

  it.each([
    ['an unknown service', { service: 'nothing' }, 'service'],
    [
      'an unknown parameter',
      {
        parameters: [
          { name: 'ACT', value: 'write' },
          { name: 'COLOR', value: 'red' },
        ],
      },
      'parameters[1]',
    ],
    ['a missing parameter', { parameters: [], keepPending: false }, 'parameters'],
    ['an empty value', { parameters: [{ name: 'ACT', value: ' ' }] }, 'parameters[0]'],
    ['too many tasks', createRequest(['a', 'b', 'c', 'd']), 'parameters'],
    ['a too long execution', { executionDuration: { seconds: 7200n, nanos: 0 } }, 'execution_duration'],
  ])('names the field of %s', async (_what, more, field) => {
    await expect(create(more)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    })
  })

  it('pages through jobs without a gap or a repeat, both ways', async () => {
    for (let count = 0; count < 7; count++) await create({ runId: 'paged' })
    for (const orderBy of ['create_time', 'create_time desc']) {
      const seen: string[] = []
      let pageToken = ''
      do {
        const page = await list({ pageSize: 2, pageToken, orderBy })
        seen.push(...page.jobs.map(({ name }) => name))
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      const whole = (await list({ pageSize: 500, orderBy })).jobs.map(({ name }) => name)
      expect(seen).toEqual(whole)
      expect(new Set(seen).size).toBe(seen.length)
    }
  })

  it('refuses a page token of another query, and one that was edited', async () => {
    const { nextPageToken } = await list({ pageSize: 1 })
    for (const more of [
      { pageToken: nextPageToken, service: 'probe' },
      { pageToken: `${nextPageToken.startsWith('A') ? 'B' : 'A'}${nextPageToken.slice(1)}` },
      { pageToken: 'elsewhere' },
    ]) {
      await expect(list({ pageSize: 1, ...more })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
    }
  })

  it('filters by phase, service, owner and time', async () => {
    const { name } = await create()
    await fixture.handlers.cancelJob({ name }, fixture.alice)
    const names = async (more: object, context = fixture.alice) =>
      (await list({ pageSize: 500, ...more }, context)).jobs.map((job) => job.name)
    expect(await names({ phases: [Phase.PHASE_ABORTED] })).toContain(name)
    expect(await names({ phases: [Phase.PHASE_COMPLETED] })).toEqual([])
    expect(await names({ service: 'probe' })).toContain(name)
    expect(await names({ service: 'cutout' })).toEqual([])
    expect(await names({ owner: 'users/me' })).toContain(name)
    expect(await names({ owner: 'users/me' }, fixture.bob)).toEqual([])
    expect(await names({ owner: `users/${fixture.ownerId}` }, fixture.bob)).toContain(name)
    expect(await names({ createdAfter: later(60_000) })).toEqual([])
    expect(await names({ createdBefore: later(60_000), createdAfter: later(-60_000) })).toContain(name)
    await expect(names({ owner: 'users/------------------------------------' })).rejects.toMatchObject({
      violations: [{ field: 'owner' }],
    })
  })

  it('signs a result for whoever may read jobs, inline for pictures alone, and none that is not there', async () => {
    await fixture.worker()
    const { name } = await create({ keepPending: false })
    const jobId = name.split('/').at(-1) ?? ''
    await fixture.ended(jobId)
    const job = await fixture.handlers.getJob({ name }, fixture.bob)
    expect(job).toMatchObject({ phase: 'PHASE_COMPLETED', progress: 1, tasksCompleted: 1 })
    expect(job.results).toMatchObject([
      {
        name: `${name}/results/answer.txt`,
        scanState: 'SCAN_STATE_UNSCANNED',
        sizeBytes: 1n,
        sourceId: 'write',
      },
    ])
    const result = job.results[0]?.name ?? ''
    const { url } = await fixture.handlers.createResultUrl({ name: result, inline: true }, fixture.bob)
    expect(url).toContain('/objects/')
    await expect(
      fixture.handlers.createResultUrl({ name: `${name}/results/other`, inline: false }, fixture.bob),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'RESULT_NOT_FOUND' })
    const { tasks } = await fixture.handlers.listJobTasks(
      { parent: name, pageSize: 0, pageToken: '' },
      fixture.bob,
    )
    expect(tasks).toMatchObject([{ index: 0, state: 'TASK_STATE_COMPLETED', attempts: 1 }])
  })

  it('does not hand out what was found to be infected, nor what is not scanned yet', async () => {
    const { name } = await create({ keepPending: false })
    const jobId = name.split('/').at(-1) ?? ''
    await fixture.ended(jobId)
    for (const state of ['INFECTED', 'PENDING']) {
      await fixture.database.dataSource.query(`update job_results set scan_state = $2 where job_id = $1`, [
        jobId,
        state,
      ])
      await expect(
        fixture.handlers.createResultUrl(
          { name: `${name}/results/answer.txt`, inline: false },
          fixture.alice,
        ),
      ).rejects.toMatchObject({ reason: 'RESULT_UNAVAILABLE' })
    }
  })
})
