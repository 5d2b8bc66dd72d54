import { Environment } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type WorkflowsFixture, workflowsFixture } from '../testing/workflows-fixture.ts'
import { CONTAINERS_NEED_KUBERNETES } from './containers-available.ts'

let fixture: WorkflowsFixture
beforeAll(async () => {
  fixture = await workflowsFixture()
})
afterAll(() => fixture.end())
beforeEach(() => fixture.query(`delete from environments where id not in ('small', 'medium', 'large')`))

const parent = 'organizations/lab'
const tiny: Environment = {
  ...Environment.fromJSON({}),
  name: 'environments/tiny',
  displayName: 'Tiny',
  cpuMillis: 100,
  memoryBytes: 64n << 20n,
  diskBytes: 64n << 20n,
  maxDuration: { seconds: 60n, nanos: 0 },
  maxParallel: 2,
  priceFactorThousandths: 500,
  open: true,
  nodeLabels: { 'fairlead.dev/pool': 'slow' },
}

const list = () => fixture.environments.listEnvironments({ parent }, fixture.as('alice'))
const listAll = () => fixture.environments.listAllEnvironments({}, fixture.as('olga'))
const create = (environment: Environment = tiny) =>
  fixture.environments.createEnvironment({ environment }, fixture.as('olga'))
const update = (environment: Partial<Environment>, ...updateMask: string[]) =>
  fixture.environments.updateEnvironment(
    { environment: { ...Environment.fromJSON({}), name: tiny.name, ...environment }, updateMask },
    fixture.as('olga'),
  )

test('there are three to begin with, by size, that can be used', async () => {
  const { environments, available, unavailableMessage } = await list()
  expect(environments.map(({ name }) => name)).toEqual([
    'environments/small',
    'environments/medium',
    'environments/large',
  ])
  expect({ available, unavailableMessage }).toEqual({ available: true, unavailableMessage: '' })
  expect(environments[0]).toMatchObject({
    cpuMillis: 500,
    memoryBytes: 512n << 20n,
    maxDuration: { seconds: 3600n, nanos: 0 },
    load: { runningSteps: 0, waitingSteps: 0, runningContainers: 0, lastSeenTime: undefined },
    price: undefined,
  })
})

test('one is created, listed in its place, and created once', async () => {
  const created = await create()
  expect(created).toMatchObject({ ...tiny, load: { runningSteps: 0 } })
  expect((await list()).environments[0]).toEqual(created)
  await expect(create()).rejects.toMatchObject({ code: 'ALREADY_EXISTS', reason: 'ENVIRONMENT_EXISTS' })
})

test('a closed one is in the list of the operator alone', async () => {
  await create({ ...tiny, open: false })
  expect((await list()).environments.map(({ name }) => name)).not.toContain(tiny.name)
  expect((await listAll()).environments.map(({ name }) => name)).toContain(tiny.name)
})

test('an update sets what its mask names, and nothing else', async () => {
  await create()
  const updated = await update({ open: false, cpuMillis: 7000, nodeLabels: {} }, 'open', 'node_labels')
  expect(updated).toMatchObject({ cpuMillis: 100, displayName: 'Tiny', open: false, nodeLabels: {} })
  expect(await update({ maxDuration: { seconds: 90n, nanos: 0 } }, 'max_duration')).toMatchObject({
    maxDuration: { seconds: 90n, nanos: 0 },
    open: false,
  })
})

test.each<[string, Partial<Environment>, string, string]>([
  ['too little CPU', { cpuMillis: 1 }, 'cpu_millis', 'environment.cpu_millis'],
  ['no time', { maxDuration: undefined }, 'max_duration', 'environment.max_duration'],
  ['no name', { displayName: ' ' }, 'display_name', 'environment.display_name'],
  ['no label', { nodeLabels: { 'a b': 'c' } }, 'node_labels', 'environment.node_labels'],
  ['no value of a label', { nodeLabels: { a: '-' } }, 'node_labels', 'environment.node_labels'],
])('%s is refused, of a new one and of an update', async (_, change, path, field) => {
  const violations = [expect.objectContaining({ field })]
  await expect(create({ ...tiny, ...change })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations })
  await create()
  await expect(update(change, path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations })
})

test('an update of none, of nothing, or of what cannot be set is refused', async () => {
  await expect(update({}, 'open')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await create()
  await expect(update({})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(update({}, 'load')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('one is deleted, unless an algorithm runs in it', async () => {
  const remove = () => fixture.environments.deleteEnvironment({ name: tiny.name }, fixture.as('olga'))
  await create()
  const algorithm = await fixture.register('alice', 'in-tiny', { environment: tiny.name })
  await expect(remove()).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'ENVIRONMENT_IN_USE',
    message: expect.stringContaining('lab/in-tiny@1'),
  })
  await fixture.algorithms.withdrawAlgorithm({ name: algorithm.name }, fixture.as('alice'))
  await remove()
  await expect(remove()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('the load counts steps and containers of every organisation', async () => {
  await fixture.approved('alice', 'busy')
  const create = () =>
    fixture.jobs.createJob(
      {
        parent,
        service: 'workflow',
        parameters: [{ name: 'ALGORITHM', value: 'busy@1' }],
        runId: '',
        executionDuration: undefined,
        destructionTime: undefined,
        keepPending: false,
        requestId: v7(),
      },
      fixture.as('alice'),
    )
  const [running] = [await create(), await create()]
  const jobId = running.name.split('/')[3]
  await fixture.query(
    `update job_tasks set state = 'RUNNING', attempt = 1, lease_owner = 'w', lease_expires_at = now() + interval '1 hour'
     where job_id = $1`,
    [jobId],
  )
  await fixture.query(
    `insert into workflow_containers (job_id, task_index, run, number, state, inputs)
     values ($1, 0, 1, 0, 'COMPLETED', '[]'), ($1, 0, 1, 1, 'RUNNING', '[]'), ($1, 0, 1, 2, 'STARTING', '[]')`,
    [jobId],
  )
  await fixture.query(
    `insert into job_workers (id, lease_expires_at, container_slots) values ('w', now() + interval '1 minute', 32)`,
  )
  const { environments } = await list()
  expect(environments[0]?.load).toEqual({
    runningSteps: 1,
    waitingSteps: 1,
    runningContainers: 2,
    lastSeenTime: expect.any(Date),
  })
  expect(environments[1]?.load).toMatchObject({ runningSteps: 0, waitingSteps: 0 })
})

describe('the price', () => {
  test('of an hour is that of a task second times the factor', async () => {
    const [row] = await fixture.query<{ id: string }>(
      `insert into credit_classes (id, code, display_name, unit, decimals)
       values (gen_random_uuid(), 'cpu', 'CPU', 'credit', 2) returning id`,
    )
    await fixture.query(
      `insert into credit_prices (service, class_id, per_job, per_task_second, per_output_gb, free_per_month)
       values ('workflow', $1, 7, 3, 0, 0)`,
      [row?.id],
    )
    const prices = (await list()).environments.map(({ price }) => price)
    expect(prices[0]).toEqual({
      creditClass: 'creditClasses/cpu',
      unit: 'credit',
      decimals: 2,
      perHour: 10_800n,
      perRun: 7n,
    })
    expect(prices[1]?.perHour).toBe(43_200n)
    expect((await listAll()).environments[0]?.price).toEqual(prices[0])
    await fixture.query(`delete from credit_prices`)
  })
})

test('without Kubernetes every list says so, and what helps', async () => {
  const without = await workflowsFixture({
    containers: { available: false, message: CONTAINERS_NEED_KUBERNETES },
  })
  try {
    expect(await without.environments.listEnvironments({ parent }, without.as('alice'))).toMatchObject({
      available: false,
      unavailableMessage: expect.stringContaining('FAIRLEAD_KUBERNETES_NAMESPACE'),
    })
  } finally {
    await without.end()
  }
})
