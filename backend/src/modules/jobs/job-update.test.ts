import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultJobLimits } from './job-limits.ts'
import { gatherService } from './testing/gather-service.ts'
import { createRequest, type ModuleFixture, moduleFixture } from './testing/module-fixture.ts'

const seconds = (count: number) => ({ seconds: BigInt(count), nanos: 0 })
const acts = (...values: string[]) => values.map((value) => ({ name: 'ACT', value }))

describe('updating a job', () => {
  let fixture: ModuleFixture
  const create = (more: object = {}) =>
    fixture.handlers.createJob(createRequest(['write a'], { keepPending: true, ...more }), fixture.alice)
  const update = (
    name: string,
    updateMask: string[] | undefined,
    more: object = {},
    context = fixture.alice,
  ) =>
    fixture.handlers.updateJob(
      {
        name,
        updateMask,
        parameters: [],
        runId: '',
        executionDuration: undefined,
        destructionTime: undefined,
        ...more,
      },
      context,
    )
  const tasksOf = async (name: string) =>
    (await fixture.handlers.listJobTasks({ parent: name, pageSize: 0, pageToken: '' }, fixture.alice)).tasks

  beforeAll(async () => {
    fixture = await moduleFixture({ limits: { ...defaultJobLimits, tasksPerJob: 3 } })
  })
  afterAll(() => fixture.end())

  it('sets what the mask names, and nothing else', async () => {
    const { name, version, runId, executionDuration } = await create({ runId: 'first' })
    const destructionTime = new Date(Date.now() + 3_600_000)
    const all = { parameters: acts('write b', 'write c'), runId: 'second', executionDuration: seconds(90) }
    const changed = await update(name, ['parameters', 'destruction_time'], { ...all, destructionTime })
    expect(changed).toMatchObject({
      parameters: acts('write b', 'write c'),
      destructionTime,
      runId,
      executionDuration,
      taskCount: 2,
      quote: { taskCount: 2 },
    })
    expect(changed.version).toBeGreaterThan(version)
    expect((await tasksOf(name)).map(({ displayName }) => displayName)).toEqual(['write b', 'write c'])
    const rest = await update(name, ['run_id', 'execution_duration'], all)
    expect(rest).toMatchObject({ runId: 'second', executionDuration: seconds(90), destructionTime })
  })

  it('tells watchers of the organisation', async () => {
    const { name } = await create()
    const end = new AbortController()
    const watch = fixture.handlers.watchJobs(
      { parent: fixture.parent },
      fixture.context(fixture.ownerId, ['jobs.read'], end.signal),
    )
    const iterator = watch[Symbol.asyncIterator]()
    // The first heartbeat says that the watch has begun.
    await iterator.next()
    await update(name, ['run_id'], { runId: 'seen' })
    for (;;) {
      const { value } = await iterator.next()
      if (value?.change?.$case === 'job' && value.change.value.runId === 'seen') break
    }
    end.abort()
  })

  it.each([
    ['an unknown path', ['owner'], {}, 'update_mask', '"owner"'],
    [
      'an unknown path among known ones',
      ['run_id', 'parameters.name'],
      {},
      'update_mask',
      '"parameters.name"',
    ],
    ['an empty mask', [], {}, 'update_mask', 'names nothing'],
    ['no mask', undefined, {}, 'update_mask', 'names nothing'],
    ['a camel-case path', ['runId'], {}, 'update_mask', '"runId"'],
    [
      'an unknown parameter',
      ['parameters'],
      { parameters: [{ name: 'COLOR', value: 'red' }] },
      'parameters[0]',
      'COLOR is not',
    ],
    ['an empty value', ['parameters'], { parameters: acts('write a', ' ') }, 'parameters[1]', 'empty'],
    ['too many tasks', ['parameters'], { parameters: acts('a', 'b', 'c', 'd') }, 'parameters', '4 tasks'],
    [
      'too long an execution',
      ['execution_duration'],
      { executionDuration: seconds(7200) },
      'execution_duration',
      'at most 3600 s',
    ],
  ])('refuses %s, naming it', async (_what, mask, more, field, text) => {
    const { name, version } = await create()
    await expect(update(name, mask, more)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field, description: expect.stringContaining(text) }],
    })
    expect((await fixture.handlers.getJob({ name }, fixture.alice)).version).toBe(version)
  })

  it('is for the owner alone, also where an administrator may cancel', async () => {
    const { name } = await create()
    for (const stranger of [fixture.bob, fixture.carol]) {
      await expect(update(name, ['run_id'], {}, stranger)).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        reason: 'NOT_JOB_OWNER',
      })
    }
  })

  it('does not find what is no job of the organisation', async () => {
    for (const id of [v7(), '-'.repeat(36)]) {
      await expect(update(`${fixture.parent}/jobs/${id}`, ['run_id'])).rejects.toMatchObject({
        code: 'NOT_FOUND',
        reason: 'JOB_NOT_FOUND',
      })
    }
    const elsewhere = { ...fixture.alice, organization: { id: v7(), slug: 'observatory' } }
    const { name } = await create()
    await expect(update(name, ['run_id'], {}, elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    ['parameters', 'JOB_NOT_PENDING'],
    ['run_id', 'JOB_NOT_PENDING'],
    ['execution_duration', undefined],
    ['destruction_time', undefined],
  ])('of a queued job: %s', async (path, reason) => {
    const { name } = await create({ keepPending: false })
    const more = { parameters: acts('write b'), executionDuration: seconds(10) }
    if (reason === undefined) await update(name, [path], more)
    else {
      await expect(update(name, [path], more)).rejects.toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason,
        violations: [{ field: path }],
      })
    }
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('of a job that has ended sets the destruction time alone, and nothing of what came with more', async () => {
    const { name } = await create()
    await fixture.handlers.cancelJob({ name }, fixture.alice)
    const destructionTime = new Date(Date.now() + 7_200_000)
    for (const path of ['execution_duration', 'run_id', 'parameters']) {
      await expect(
        update(name, ['destruction_time', path], { destructionTime, parameters: acts('write b') }),
      ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    }
    expect((await fixture.handlers.getJob({ name }, fixture.alice)).destructionTime).not.toEqual(
      destructionTime,
    )
    expect(await update(name, ['destruction_time'], { destructionTime })).toMatchObject({ destructionTime })
  })

  it('moves the deadline of a job that runs by the difference', async () => {
    const { name } = await create({ keepPending: false })
    const id = name.split('/').at(-1)
    const { dataSource } = fixture.database
    await dataSource.query(
      `update jobs set phase = 'EXECUTING', start_time = now(), deadline_time = now() + interval '60 s' where id = $1`,
      [id],
    )
    const deadline = async () => {
      const [row] = await dataSource.query(`select deadline_time from jobs where id = $1`, [id])
      return row.deadline_time.getTime()
    }
    const before = await deadline()
    await update(name, ['execution_duration'], { executionDuration: seconds(75) })
    expect((await deadline()) - before).toBe(15_000)
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it.each([
    ['0 means the maximum of the service', seconds(0), seconds(3600)],
    ['unset means its default', undefined, seconds(60)],
  ])('of execution durations %s', async (_what, executionDuration, expected) => {
    expect(await create({ executionDuration })).toMatchObject({ executionDuration: expected })
    const { name } = await create({ executionDuration: seconds(5) })
    expect(await update(name, ['execution_duration'], { executionDuration })).toMatchObject({
      executionDuration: expected,
    })
  })
})

describe('a job that lacks parameters', () => {
  let fixture: ModuleFixture
  const create = (parameters: object[], more: object = {}) =>
    fixture.handlers.createJob(createRequest([], { keepPending: true, ...more, parameters }), fixture.alice)
  const run = (name: string) => fixture.handlers.runJob({ name }, fixture.alice)
  const setParameters = (name: string, parameters: { name: string; value: string }[]) =>
    fixture.handlers.updateJob(
      {
        name,
        updateMask: ['parameters'],
        parameters,
        runId: '',
        executionDuration: undefined,
        destructionTime: undefined,
      },
      fixture.alice,
    )

  beforeAll(async () => {
    fixture = await moduleFixture()
  })
  afterAll(() => fixture.end())

  it('is kept unplanned, and is not run until they are there', async () => {
    const { name, taskCount } = await create([])
    expect(taskCount).toBe(0)
    await expect(run(name)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'parameters', description: 'ACT is required' }],
    })
    expect(await fixture.handlers.getJob({ name }, fixture.alice)).toMatchObject({ phase: 'PHASE_PENDING' })
    expect(await setParameters(name, acts('write a', 'write b'))).toMatchObject({ taskCount: 2 })
    expect(await run(name)).toMatchObject({ phase: 'PHASE_QUEUED', taskCount: 2 })
    await fixture.worker()
    await fixture.ended(name.split('/').at(-1) ?? '')
    await fixture.stopWorkers()
    expect(await fixture.handlers.getJob({ name }, fixture.alice)).toMatchObject({
      phase: 'PHASE_COMPLETED',
      tasksCompleted: 2,
    })
  })

  it('has no task that collects before it has tasks, and has it then', async () => {
    const collecting = await moduleFixture({ services: [gatherService] })
    const request = createRequest([], { service: 'gather', keepPending: true })
    const { name, taskCount } = await collecting.handlers.createJob(request, collecting.alice)
    expect(taskCount).toBe(0)
    await expect(collecting.handlers.runJob({ name }, collecting.alice)).rejects.toMatchObject({
      violations: [{ field: 'parameters', description: 'ACT is required' }],
    })
    const set = (parameters: { name: string; value: string }[]) =>
      collecting.handlers.updateJob(
        {
          name,
          updateMask: ['parameters'],
          parameters,
          runId: '',
          executionDuration: undefined,
          destructionTime: undefined,
        },
        collecting.alice,
      )
    const parameters = acts('write a', 'write b')
    expect(await set(parameters)).toMatchObject({ taskCount: 3, quote: { taskCount: 3 } })
    const quoted = { parent: collecting.parent, service: 'gather', parameters }
    expect(await collecting.handlers.quoteJob(quoted, collecting.alice)).toMatchObject({ taskCount: 3 })
    expect(await set([])).toMatchObject({ taskCount: 0 })
    await collecting.end()
  })

  it('may lose them again', async () => {
    const { name } = await create(acts('write a'))
    expect(await setParameters(name, [])).toMatchObject({ taskCount: 0, parameters: [] })
    await expect(run(name)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('is run once, and as it was set, however many run and set it at the same time', async () => {
    for (const [first, unplanned] of [acts('write a'), []].entries()) {
      const { name } = await create(unplanned)
      const attempts = await Promise.allSettled([
        run(name),
        setParameters(name, acts('write b', 'write c')),
        run(name),
        setParameters(name, acts('write d', 'write e', 'write f')),
        run(name),
      ])
      const ran = [0, 2, 4].filter((index) => attempts[index]?.status === 'fulfilled')
      expect(ran.length, `case ${first}`).toBeLessThanOrEqual(1)
      const refused = attempts.flatMap((each) => (each.status === 'rejected' ? each.reason.code : []))
      for (const code of refused)
        expect(['FAILED_PRECONDITION', 'INVALID_ARGUMENT', 'ABORTED']).toContain(code)
      const job = await fixture.handlers.getJob({ name }, fixture.alice)
      const { tasks } = await fixture.handlers.listJobTasks(
        { parent: name, pageSize: 0, pageToken: '' },
        fixture.alice,
      )
      expect(tasks.map(({ displayName }) => displayName)).toEqual(job.parameters.map(({ value }) => value))
      expect(job.phase).toBe(ran.length === 1 ? 'PHASE_QUEUED' : 'PHASE_PENDING')
      await fixture.handlers.cancelJob({ name }, fixture.alice)
    }
  })

  it('is planned by the run when it was left for then', async () => {
    const { name } = await create([])
    await fixture.database.dataSource.query(`update jobs set parameters = $2 where id = $1`, [
      name.split('/').at(-1),
      JSON.stringify(acts('write late')),
    ])
    expect(await run(name)).toMatchObject({ phase: 'PHASE_QUEUED', taskCount: 1 })
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('is refused with what else is wrong, and when it is to be queued at once', async () => {
    await expect(create([{ name: 'COLOR', value: 'red' }])).rejects.toMatchObject({
      violations: [{ field: 'parameters[0]' }],
    })
    await expect(create([], { keepPending: false })).rejects.toMatchObject({
      violations: [{ field: 'parameters' }],
    })
  })

  it('is one of as many PENDING jobs as an organisation may have', async () => {
    const limited = await moduleFixture({
      limits: { ...defaultJobLimits, pendingJobs: 2, unfinishedJobs: 1 },
    })
    const make = (keepPending: boolean) =>
      limited.handlers.createJob(createRequest(['write a'], { keepPending }), limited.alice)
    const { name } = await make(true)
    await make(true)
    await expect(make(true)).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'PENDING_JOBS_LIMIT',
    })
    await make(false)
    await expect(make(false)).rejects.toMatchObject({ reason: 'QUEUED_JOBS_LIMIT' })
    await expect(limited.handlers.runJob({ name }, limited.alice)).rejects.toMatchObject({
      reason: 'QUEUED_JOBS_LIMIT',
    })
    // An organisation's own limit goes before the installation's.
    await limited.database.dataSource.query(
      `insert into organization_job_limits (organization_id, unfinished_jobs) values ($1, 2)`,
      [limited.organizationId],
    )
    await limited.handlers.runJob({ name }, limited.alice)
    await expect(make(false)).rejects.toMatchObject({ metadata: { limit: '2' } })
    await limited.end()
  })
})
