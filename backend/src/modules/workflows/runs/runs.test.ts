import { Readable } from 'node:stream'
import type { WorkflowRun, WorkflowRunChange } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DomainError } from '../../../errors/domain-error.ts'
import type { ContainerChange } from '../../../ports/containers.ts'
import { runPrefix } from '../../jobs/index.ts'
import { ContainerRecorder } from '../running/container-recorder.ts'
import { abortJob } from '../running/testing/abort-job.ts'
import type { TakenStep } from '../running/testing/run-fixture.ts'
import { submitSteps } from '../running/testing/submit-steps.ts'
import { type RunsFixture, runsFixture } from './testing/runs-fixture.ts'

// On a machine that may be busy.
const PATIENCE = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let fixture: RunsFixture
beforeAll(async () => {
  fixture = await runsFixture()
})
afterAll(() => fixture?.end())

const failureOf = async (call: Promise<unknown>): Promise<Pick<DomainError, 'code' | 'reason'>> => {
  const error = await call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DomainError)
  return error as DomainError
}
const nameOf = (jobId: string) => `organizations/lab/jobs/${jobId}`
const get = (jobId: string, context = fixture.alice) =>
  fixture.methods.getWorkflowRun({ name: nameOf(jobId) }, context)
const list = (jobId: string, task: number, context = fixture.alice, more = {}) =>
  fixture.methods.listStepContainers(
    { parent: nameOf(jobId), task, pageSize: 0, pageToken: '', ...more },
    context,
  )
const retry = (jobId: string, context = fixture.alice, requestId = '') =>
  fixture.methods.retryWorkflowRun({ name: nameOf(jobId), requestId }, context)
const sql = (text: string, values: unknown[] = []) => fixture.database.dataSource.query(text, values)
const threeSteps = () =>
  fixture.addJob([
    fixture.payload('', { step: 'collect', needs: [1], environment: 'large' }),
    fixture.payload('', { step: 'measure', needs: [2], fanOut: { input: 'tile' } }),
    fixture.payload('', { step: 'cut', needs: [] }),
  ])
const addContainers = (jobId: string, task: number, count: number, run = 1) =>
  sql(
    `insert into workflow_containers (job_id, task_index, run, number, inputs, over, input_bytes)
     select $1, $2, $3, number, '[]', 'tile-' || number, 7 from generate_series(0, $4::int - 1) as number`,
    [jobId, task, run, count],
  )
const recorder = ({ task }: TakenStep) =>
  new ContainerRecorder({
    dataSource: fixture.database.dataSource,
    run: {
      key: { jobId: task.jobId, taskIndex: task.index, run: task.run },
      organizationId: task.organizationId,
      attempt: task.attempt,
    },
    intervalMs: 10,
    waitingAfterMs: 0,
    onError: (error) => expect.fail(String(error)),
  })
const change = (number: number, state: ContainerChange['state'], more: Partial<ContainerChange> = {}) => ({
  number,
  state,
  node: 'node-1',
  startTime: new Date(Date.now() - 5_000),
  endTime: state === 'COMPLETED' || state === 'FAILED' ? new Date() : undefined,
  exitCode: undefined,
  failure: undefined,
  ...more,
})
const stepOf = (run: WorkflowRun, name: string) => run.steps.find((step) => step.name === name)!

describe('a run', () => {
  test('tells its steps in the order in which they can run', async () => {
    const jobId = await threeSteps()
    await sql(`update job_tasks set state = 'BLOCKED', queued_at = null where job_id = $1 and index < 2`, [
      jobId,
    ])
    const run = await get(jobId)
    expect(run).toMatchObject({
      name: nameOf(jobId),
      phase: 'PHASE_EXECUTING',
      workflow: 'tiles@1',
      retryOf: '',
    })
    expect(run.steps.map(({ name, task, needs, state }) => ({ name, task, needs, state }))).toEqual([
      { name: 'cut', task: 2, needs: [], state: 'STEP_STATE_WAITING' },
      { name: 'measure', task: 1, needs: ['cut'], state: 'STEP_STATE_BLOCKED' },
      { name: 'collect', task: 0, needs: ['measure'], state: 'STEP_STATE_BLOCKED' },
    ])
    expect(stepOf(run, 'collect')).toMatchObject({
      algorithm: 'measure@1',
      environment: 'environments/large',
    })
  })

  test('tells how far the containers of a step are, and what they use', async () => {
    const jobId = await threeSteps()
    const step = await fixture.take(jobId, 2)
    await addContainers(jobId, 2, 4)
    const record = recorder(step)
    record.waiting('The cluster has no room.')
    await record.flush()
    await expect
      .poll(async () => stepOf(await get(jobId), 'cut'), PATIENCE)
      .toMatchObject({ state: 'STEP_STATE_STARTING', stateMessage: 'The cluster has no room.' })
    record.waiting(undefined)
    record.change(change(0, 'COMPLETED', { exitCode: 0 }))
    record.change(
      change(1, 'FAILED', {
        exitCode: 3,
        failure: { reason: 'CONTAINER_FAILED', message: 'Exit code 3.', transient: false },
      }),
    )
    record.change(change(2, 'RUNNING'))
    record.use({ number: 2, cpuSeconds: 1.5, memoryBytes: 100 })
    record.use({ number: 2, cpuSeconds: 2, memoryBytes: 50 })
    await record.finish()
    const told = stepOf(await get(jobId), 'cut')
    expect(told).toMatchObject({
      state: 'STEP_STATE_RUNNING',
      stateMessage: '',
      containers: { total: 4, waiting: 1, running: 1, completed: 1, failed: 1 },
      attempts: 1,
      use: { cpuSeconds: 3.5, peakMemoryBytes: 100n, inputBytes: 28n },
    })
    expect(Number(told.use?.containerTime?.seconds)).toBeGreaterThanOrEqual(15)

    await abortJob(fixture, jobId)
    expect(stepOf(await get(jobId), 'cut')).toMatchObject({
      state: 'STEP_STATE_CANCELLED',
      containers: { total: 4, waiting: 0, running: 0, completed: 1, failed: 1 },
    })
  })

  test('of another organisation, of another service, and that never was are not found', async () => {
    const jobId = await threeSteps()
    expect((await failureOf(get(jobId, fixture.dave))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(list(jobId, 0, fixture.dave))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(retry(jobId, fixture.dave))).reason).toBe('JOB_NOT_FOUND')
    await sql(`update jobs set service = 'cutout' where id = $1`, [jobId])
    expect((await failureOf(get(jobId))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(list(jobId, 0))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(retry(jobId))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(get(v7()))).reason).toBe('JOB_NOT_FOUND')
    expect((await failureOf(get('-'.repeat(36)))).reason).toBe('JOB_NOT_FOUND')
  })
})

describe('containers of a step', () => {
  test('are told by number, in pages, and of the latest run', async () => {
    const jobId = await threeSteps()
    await addContainers(jobId, 1, 3, 1)
    await addContainers(jobId, 1, 5, 2)
    const first = await list(jobId, 1, fixture.alice, { pageSize: 3 })
    expect(first.containers.map(({ number, over }) => [number, over])).toEqual([
      [0, 'tile-0'],
      [1, 'tile-1'],
      [2, 'tile-2'],
    ])
    const second = await list(jobId, 1, fixture.alice, { pageSize: 3, pageToken: first.nextPageToken })
    expect(second.containers.map(({ number }) => number)).toEqual([3, 4])
    expect(second.nextPageToken).toBe('')
    expect((await list(jobId, 0)).containers).toEqual([])
    expect((await failureOf(list(jobId, 9))).reason).toBe('STEP_NOT_FOUND')
  })

  test('tell their node to the owner and to administrators alone', async () => {
    const jobId = await threeSteps()
    const step = await fixture.take(jobId, 2)
    await addContainers(jobId, 2, 1)
    const record = recorder(step)
    record.change(change(0, 'RUNNING'))
    await record.finish()
    const nodes = async (context: RunsFixture['alice']) => (await list(jobId, 2, context)).containers[0]?.node
    expect(await nodes(fixture.alice)).toBe('node-1')
    expect(await nodes(fixture.carol)).toBe('node-1')
    expect(await nodes(fixture.bob)).toBe('')
  })
})

describe('a watch of a run', () => {
  const watched = (jobId: string) => {
    const stop = new AbortController()
    const context = fixture.context(fixture.ownerId, ['jobs.read'], stop.signal)
    const changes: WorkflowRunChange[] = []
    const ended = (async () => {
      for await (const each of fixture.methods.watchWorkflowRun({ name: nameOf(jobId) }, context)) {
        changes.push(each)
      }
    })()
    const runs = () => changes.flatMap(({ change: each }) => (each?.$case === 'run' ? [each.value] : []))
    return { changes, runs, ended, stop }
  }

  test('begins with it as it stands, tells of its containers and its end, and ends', async () => {
    const jobId = await threeSteps()
    const { runs, changes, ended } = watched(jobId)
    await expect.poll(() => runs().length, PATIENCE).toBe(1)
    const step = await fixture.take(jobId, 2)
    await addContainers(jobId, 2, 200)
    const record = recorder(step)
    for (let number = 0; number < 200; number += 1) record.change(change(number, 'RUNNING'))
    await record.finish()
    await expect.poll(() => stepOf(runs().at(-1)!, 'cut').containers?.running, PATIENCE).toBe(200)
    // Many changes are one.
    expect(runs().length).toBeLessThan(10)
    await expect
      .poll(() => changes.some(({ change: each }) => each?.$case === 'heartbeat'), PATIENCE)
      .toBe(true)
    await abortJob(fixture, jobId)
    await ended
    expect(runs().at(-1)).toMatchObject({ phase: 'PHASE_ABORTED' })
  })

  test('of one that has ended is its end', async () => {
    const jobId = await threeSteps()
    await abortJob(fixture, jobId)
    const { runs, ended } = watched(jobId)
    await ended
    expect(runs().map(({ phase }) => phase)).toEqual(['PHASE_ABORTED'])
  })

  test('ends when nobody reads it any more, and is refused for one that is not there', async () => {
    const jobId = await threeSteps()
    const { ended, stop, runs } = watched(jobId)
    await expect.poll(() => runs().length, PATIENCE).toBe(1)
    stop.abort()
    await ended
    expect((await failureOf(watched(v7()).ended)).reason).toBe('JOB_NOT_FOUND')
  })
})

describe('a run that failed', () => {
  /** Of two steps, of which the first has made a file and the second has failed. */
  const failed = async () => {
    const jobId = await submitSteps(fixture, [
      fixture.payload('', { step: 'cut' }),
      fixture.payload('', { step: 'collect', needs: [0] }),
    ])
    const objectKey = `${runPrefix(jobId, 0, 1)}0/made`
    await fixture.objects.put(objectKey, Readable.from(['made']))
    const output = {
      fileName: 'made.txt',
      mediaType: 'text/plain',
      sizeBytes: 4,
      sha256: 'ab',
      scanState: 'CLEAN',
      sourceId: '',
      stencil: '',
      objectKey,
    }
    await sql(
      `update job_tasks set state = 'COMPLETED', queued_at = null, outputs = $2 where job_id = $1 and index = 0`,
      [jobId, JSON.stringify([output])],
    )
    await sql(`update jobs set phase = 'EXECUTING', tasks_completed = 1 where id = $1`, [jobId])
    await abortJob(fixture, jobId)
    return { jobId, objectKey }
  }

  test('is tried again as a new one, which keeps copies of what was made', async () => {
    const { jobId, objectKey } = await failed()
    const requestId = v7()
    const again = await retry(jobId, fixture.alice, requestId)
    const id = again.name.split('/')[3]!
    expect(again).toMatchObject({ service: 'workflow', phase: 'PHASE_QUEUED' })
    const run = await get(id)
    expect(run.retryOf).toBe(nameOf(jobId))
    expect(run.steps.map(({ name, state }) => [name, state])).toEqual([
      ['cut', 'STEP_STATE_KEPT'],
      ['collect', 'STEP_STATE_WAITING'],
    ])
    const [copy] = await fixture.storedKeys(id)
    expect(copy).toBeDefined()
    await fixture.objects.delete(objectKey)
    expect(await (await fixture.objects.get(copy!)).toArray()).toEqual([Buffer.from('made')])
    const [task] = await sql(`select outputs from job_tasks where job_id = $1 and index = 0`, [id])
    expect(task.outputs).toEqual([
      expect.objectContaining({ objectKey: copy, sha256: 'ab', scanState: 'CLEAN' }),
    ])
    expect((await retry(jobId, fixture.alice, requestId)).name).toBe(again.name)
  })

  test('is not tried again by another, nor while its algorithm is revoked, nor without its files', async () => {
    const { jobId, objectKey } = await failed()
    expect((await failureOf(retry(jobId, fixture.bob))).code).toBe('PERMISSION_DENIED')
    await sql(`update algorithms set state = 'REVOKED' where id = $1`, [fixture.algorithmId])
    expect(await failureOf(retry(jobId))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'ALGORITHM_REVOKED',
    })
    await sql(`update algorithms set state = 'APPROVED' where id = $1`, [fixture.algorithmId])
    await fixture.objects.delete(objectKey)
    expect(await failureOf(retry(jobId))).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'RESULTS_DELETED',
    })
    const running = await threeSteps()
    expect((await failureOf(retry(running))).code).toBe('FAILED_PRECONDITION')
  })
})
