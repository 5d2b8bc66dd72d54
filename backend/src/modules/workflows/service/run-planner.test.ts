import { type Job, ParameterSchema } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile } from '../../files/testing/add-file.ts'
import type { PlanDataset } from '../../jobs/index.ts'
import { CONTAINERS_NEED_KUBERNETES } from '../environments/containers-available.ts'
import { parseStepPayload, type StepPayload } from '../step-payload.ts'
import { saving, type WorkflowsFixture, workflowsFixture } from '../testing/workflows-fixture.ts'

let fixture: WorkflowsFixture
let file: string
let second: string
let unreleased: string
let foreign: string

const parent = 'organizations/lab'
const ofRun = (name: string) => `\${${name}}`
const parameter = (name: string, more: object = {}) => ({
  ...ParameterSchema.fromJSON({ name, kind: 'PARAMETER_KIND_NUMBER' }),
  ...more,
})
const input = (name: string, more: object = {}) => ({
  name,
  description: '',
  optional: false,
  maxFiles: 0,
  ...more,
})
const dataset = (id: string, more: Partial<PlanDataset> = {}): PlanDataset => ({
  id,
  location: {},
  hdu: 0,
  header: [],
  axes: [100, 100],
  bitpix: -32,
  unavailableReason: undefined,
  ...more,
})

beforeAll(async () => {
  fixture = await workflowsFixture()
  for (const id of ['ivo://open/m31', 'ivo://closed/m31']) fixture.datasets.set(id, dataset(id))
  fixture.datasets.set('ivo://open/gone', dataset('ivo://open/gone', { unavailableReason: 'It was moved.' }))
  await fixture.approved('alice', 'cut', {
    inputs: [input('image', { maxFiles: 1 })],
    parameters: [parameter('SIZE', { minimum: 1, maximum: 4096, required: true })],
    datasets: ['ivo://open/*'],
    command: ['cut'],
    arguments: ['--fast'],
  })
  await fixture.approved('dave', 'measure', {
    forEveryOrganization: true,
    inputs: [input('tile'), input('mask', { optional: true })],
    parameters: [
      parameter('SIGMA', { defaultValue: '2.5', minimum: 0 }),
      parameter('TITLE', { kind: 'PARAMETER_KIND_STRING' }),
    ],
    environment: 'environments/medium',
  })
  await fixture.approved('alice', 'collect', { inputs: [input('tables')] })
  await fixture.workflows.saveWorkflow(
    saving('tiles', {
      inputs: [{ name: 'image' }, { name: 'mask', optional: true }],
      parameters: [
        { name: 'SIZE', kind: 'PARAMETER_KIND_NUMBER', defaultValue: '512' },
        { name: 'NAME', kind: 'PARAMETER_KIND_STRING' },
      ],
      // Declared out of order: they run as they need each other.
      steps: [
        { name: 'collect', algorithm: 'collect@1', inputs: [{ name: 'tables', from: 'steps.measure' }] },
        {
          name: 'measure',
          algorithm: 'other/measure@1',
          inputs: [
            { name: 'tile', from: 'steps.cut' },
            { name: 'mask', from: 'inputs.mask' },
          ],
          parameters: [{ name: 'TITLE', value: `Tiles of ${ofRun('NAME')}` }],
          fanOut: { input: 'tile', maxContainers: 60 },
          maxDuration: { seconds: '120' },
          after: ['look'],
        },
        {
          name: 'cut',
          algorithm: 'cut@1',
          inputs: [{ name: 'image', from: 'inputs.image' }],
          parameters: [{ name: 'SIZE', value: ofRun('SIZE') }],
          environment: 'environments/large',
        },
        {
          name: 'look',
          algorithm: 'cut@1',
          inputs: [{ name: 'image', from: 'inputs.image' }],
          parameters: [{ name: 'SIZE', value: '1' }],
        },
      ],
    }),
    fixture.as('alice'),
  )
  const add = async (slug: 'lab' | 'other', state: 'CLEAN' | 'SCANNING' = 'CLEAN') => {
    const { id } = await addFile(fixture.database.dataSource, fixture.objects, {
      organizationId: fixture.organizations[slug],
      ownerId: fixture.userIds.alice,
      displayName: 'mask.fits',
      purpose: 'JOB_INPUT',
      content: v7(),
      mediaType: 'text/plain',
      state,
    })
    return id
  }
  file = await add('lab')
  second = await add('lab')
  unreleased = await add('lab', 'SCANNING')
  foreign = await add('other')
})
afterAll(() => fixture.end())

type Given = readonly (readonly [name: string, value: string])[]
const M31 = ['INPUT', 'image=dataset:ivo://open/m31'] as const

function request(given: Given) {
  return {
    parent,
    service: 'workflow',
    parameters: given.map(([name, value]) => ({ name, value })),
    runId: '',
    executionDuration: undefined,
    destructionTime: undefined,
    keepPending: false,
    requestId: v7(),
  }
}
const create = (given: Given): Promise<Job> => fixture.jobs.createJob(request(given), fixture.as('alice'))
const quote = (given: Given) => fixture.jobs.quoteJob(request(given), fixture.as('alice'))

interface StoredTask {
  index: number
  display_name: string
  state: string
  needs: number[]
  publish: boolean
  step: StepPayload
}

async function tasksOf({ name }: Job): Promise<StoredTask[]> {
  const stored = await fixture.query<Omit<StoredTask, 'step'> & { payload: unknown }>(
    'select index, display_name, state, needs, publish, payload from job_tasks where job_id = $1 order by index',
    [name.split('/')[3]],
  )
  return stored.map(({ payload, ...task }) => ({ ...task, step: parseStepPayload(payload) }))
}

test('a run of a workflow has a task for each step, with everything that it needs', async () => {
  const job = await create([
    ['WORKFLOW', 'tiles'],
    M31,
    ['INPUT', `mask=file:${file.toUpperCase()}`],
    ['PARAM', 'NAME=M 31=x'],
  ])
  const tasks = await tasksOf(job)
  expect(tasks.map(({ display_name, needs, publish }) => [display_name, needs, publish])).toEqual([
    ['cut', [], false],
    ['look', [], true],
    ['measure', [0, 1], false],
    ['collect', [2], true],
  ])
  expect(tasks.map(({ state }) => state)).toEqual(['WAITING', 'WAITING', 'BLOCKED', 'BLOCKED'])
  const [cut, , measure, collect] = tasks.map(({ step }) => step)
  expect(cut).toEqual({
    step: 'cut',
    workflow: 'tiles@1',
    algorithm: 'cut@1',
    algorithmId: expect.any(String),
    image: expect.stringContaining('@sha256:'),
    command: ['cut'],
    arguments: ['--fast'],
    environment: 'large',
    cpuMillis: 8000,
    memoryBytes: 32 * 1024 ** 3,
    diskBytes: 100 * 1024 ** 3,
    gpus: 0,
    nodeLabels: {},
    maxParallel: 20,
    maxDurationMs: 86_400_000,
    priceFactorThousandths: 16_000,
    parameters: { SIZE: '512' },
    inputs: [{ name: 'image', maxFiles: 1, from: [{ kind: 'dataset', id: 'ivo://open/m31' }] }],
    fanOut: undefined,
    maxContainers: 1,
    needs: [],
    publish: false,
  })
  expect(measure).toMatchObject({
    algorithm: 'other/measure@1',
    environment: 'medium',
    maxDurationMs: 120_000,
    parameters: { SIGMA: '2.5', TITLE: 'Tiles of M 31=x' },
    inputs: [
      { name: 'tile', maxFiles: 1000, from: [{ kind: 'step', taskIndex: 0 }] },
      { name: 'mask', from: [{ kind: 'file', id: file }] },
    ],
    fanOut: { input: 'tile' },
    maxContainers: 60,
    needs: [0, 1],
  })
  expect(collect?.inputs).toEqual([
    { name: 'tables', maxFiles: 1000, from: [{ kind: 'step', taskIndex: 2 }] },
  ])
})

test('an optional input and a parameter that are left out are left out', async () => {
  const tasks = await tasksOf(await create([['WORKFLOW', 'tiles@1'], M31, ['PARAM', 'SIZE= 64 ']]))
  expect(tasks[2]?.step.inputs.map(({ name }) => name)).toEqual(['tile'])
  expect(tasks[2]?.step.parameters['TITLE']).toBe('Tiles of ')
  expect(tasks[0]?.step.parameters).toEqual({ SIZE: '64' })
})

test('an algorithm runs alone as a workflow of one step', async () => {
  const tasks = await tasksOf(
    await create([
      ['ALGORITHM', 'other/measure@1'],
      ['ENVIRONMENT', 'small'],
      ['INPUT', 'tile=dataset:ivo://closed/m31'],
      ['INPUT', `tile=file:${file}`],
      ['PARAM', 'TITLE=x'],
    ]),
  )
  expect(tasks).toHaveLength(1)
  expect(tasks[0]).toMatchObject({
    display_name: 'measure',
    publish: true,
    step: {
      workflow: 'other/measure@1',
      algorithm: 'other/measure@1',
      environment: 'small',
      parameters: { SIGMA: '2.5', TITLE: 'x' },
      inputs: [
        {
          name: 'tile',
          from: [
            { kind: 'dataset', id: 'ivo://closed/m31' },
            { kind: 'file', id: file },
          ],
        },
      ],
    },
  })
})

test('a quote tells steps, time and room before anything is kept', async () => {
  const { taskCount, duration, sizeBytes, price } = await quote([['WORKFLOW', 'tiles'], M31])
  expect(taskCount).toBe(4)
  // Five minutes for each container, or half of the longest that it may take: one after the other where 50 run at a time.
  expect(duration).toEqual({ seconds: 300n + 300n + 2n * 60n + 300n, nanos: 0 })
  expect(sizeBytes).toBe(2n * 64n * 1024n ** 2n)
  expect(price).toBeUndefined()
})

test('what is held is what the limits let it cost, with the factor of each environment', async () => {
  const [row] = await fixture.query<{ id: string }>(
    `insert into credit_classes (id, code, display_name, unit, decimals)
     values (gen_random_uuid(), 'cpu', 'CPU', 'credit', 0) returning id`,
  )
  await fixture.query(
    `insert into credit_prices (service, class_id, per_job, per_task_second, per_output_gb, free_per_month)
     values ('workflow', $1, 5, 1, 0, 0)`,
    [row?.id],
  )
  const { price } = await quote([
    ['ALGORITHM', 'other/measure@1'],
    ['INPUT', `tile=file:${file}`],
  ])
  // Four hours in medium, of which a second counts four.
  expect(price?.atMost).toBe(5n + 4n * 3600n * 4n)
  expect(price?.expected).toBe(5n + 300n * 4n)
  await fixture.query('delete from credit_prices')
})

describe('what cannot be run is refused, by its place in the request', () => {
  test.each<[string, () => Given, number | undefined, RegExp]>([
    [
      'a workflow beside an algorithm',
      () => [
        ['WORKFLOW', 'tiles'],
        ['ALGORITHM', 'cut@1'],
      ],
      1,
      /one of the two/,
    ],
    ['neither of them', () => [M31], undefined, /WORKFLOW, ALGORITHM/],
    ["another organisation's workflow", () => [['WORKFLOW', 'other/tiles@1']], 0, /of your organisation/],
    ['an algorithm without its version', () => [['ALGORITHM', 'cut']], 0, /with its version/],
    [
      'an environment of a workflow',
      () => [['WORKFLOW', 'tiles'], M31, ['ENVIRONMENT', 'small']],
      2,
      /ALGORITHM alone/,
    ],
    [
      'an input that is no pair',
      () => [
        ['WORKFLOW', 'tiles'],
        ['INPUT', 'image'],
      ],
      1,
      /image=dataset:ID/,
    ],
    [
      'an input of another kind',
      () => [
        ['WORKFLOW', 'tiles'],
        ['INPUT', 'image=url:http://x'],
      ],
      1,
      /image=dataset:ID/,
    ],
    ['a file that is no UUID', () => [['WORKFLOW', 'tiles'], M31, ['INPUT', 'mask=file:../x']], 2, /UUID/],
    ['the same twice', () => [['WORKFLOW', 'tiles'], M31, M31], 2, /twice/],
    [
      'an input that there is not',
      () => [['WORKFLOW', 'tiles'], M31, ['INPUT', `x=file:${file}`]],
      2,
      /no input x; there are: image, mask/,
    ],
    ['a needed input left out', () => [['WORKFLOW', 'tiles']], undefined, /INPUT image=\.\.\. is required/],
    ['a parameter that is no pair', () => [['WORKFLOW', 'tiles'], M31, ['PARAM', 'size 3']], 2, /SIGMA=2\.5/],
    [
      'a parameter twice',
      () => [['WORKFLOW', 'tiles'], M31, ['PARAM', 'SIZE=1'], ['PARAM', 'SIZE=2']],
      3,
      /twice/,
    ],
    [
      'a parameter that there is not',
      () => [['WORKFLOW', 'tiles'], M31, ['PARAM', 'X=1']],
      2,
      /no parameter X; there are: SIZE, NAME/,
    ],
    [
      'a value of another kind',
      () => [['WORKFLOW', 'tiles'], M31, ['PARAM', 'SIZE=big']],
      2,
      /finite number/,
    ],
    [
      'a value that the algorithm does not take',
      () => [['WORKFLOW', 'tiles'], M31, ['PARAM', 'SIZE=5000']],
      2,
      /step cut: SIZE must be at most 4096/,
    ],
    [
      'a needed parameter of an algorithm',
      () => [['ALGORITHM', 'cut@1'], M31],
      undefined,
      /PARAM SIZE=\.\.\. is required/,
    ],
    [
      'an unknown dataset',
      () => [
        ['WORKFLOW', 'tiles'],
        ['INPUT', 'image=dataset:ivo://none'],
      ],
      1,
      /no dataset ivo:\/\/none/,
    ],
    [
      'a dataset that the algorithm may not be given',
      () => [
        ['WORKFLOW', 'tiles'],
        ['INPUT', 'image=dataset:ivo://closed/m31'],
      ],
      1,
      /cut@1 may not be given the dataset ivo:\/\/closed\/m31: it may be given "ivo:\/\/open\/\*"/,
    ],
    [
      "another organisation's file",
      () => [['WORKFLOW', 'tiles'], M31, ['INPUT', `mask=file:${foreign}`]],
      2,
      /no file/,
    ],
    [
      'a file that was not scanned yet',
      () => [['WORKFLOW', 'tiles'], M31, ['INPUT', `mask=file:${unreleased}`]],
      2,
      /waits for its scan/,
    ],
    [
      'more files than the algorithm reads',
      () => [['WORKFLOW', 'tiles'], M31, ['INPUT', `image=file:${second}`]],
      0,
      /reads 1 files at most as image, and is given 2/,
    ],
  ])('%s', async (_, given, place, description) => {
    const field = place === undefined ? 'parameters' : `parameters[${place}]`
    await expect(create(given())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: expect.arrayContaining([{ field, description: expect.stringMatching(description) }]),
    })
    await expect(quote(given())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  test.each<[string, Given]>([
    ['WORKFLOW_NOT_FOUND', [['WORKFLOW', 'none']]],
    ['WORKFLOW_NOT_FOUND', [['WORKFLOW', 'tiles@9']]],
    ['ALGORITHM_NOT_FOUND', [['ALGORITHM', 'none@1']]],
  ])('%s', async (reason, given) => {
    await expect(create(given)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason,
      violations: [{ field: 'parameters[0]' }],
    })
  })

  test('a dataset whose file is away', async () => {
    await expect(
      create([
        ['WORKFLOW', 'tiles'],
        ['INPUT', 'image=dataset:ivo://open/gone'],
      ]),
    ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'DATASET_UNAVAILABLE' })
  })

  test('an algorithm that is not approved, or not any more', async () => {
    const notRunnable = { code: 'FAILED_PRECONDITION', reason: 'WORKFLOW_NOT_RUNNABLE' }
    const { name } = await fixture.register('alice', 'changing')
    const run = () => create([['ALGORITHM', 'changing@1']])
    await expect(run()).rejects.toMatchObject(notRunnable)
    const review = (decision: 'ALGORITHM_STATE_APPROVED' | 'ALGORITHM_STATE_REVOKED') =>
      fixture.algorithms.reviewAlgorithm({ name, decision, comment: 'So.' }, fixture.as('olga'))
    await review('ALGORITHM_STATE_APPROVED')
    expect(await tasksOf(await run())).toHaveLength(1)
    await review('ALGORITHM_STATE_REVOKED')
    await expect(run()).rejects.toMatchObject({
      ...notRunnable,
      message: expect.stringContaining('the approval was revoked'),
      violations: [{ field: 'parameters[0]' }],
    })
  })

  test('an environment that there is not', async () => {
    await expect(
      create([
        ['ALGORITHM', 'other/measure@1'],
        ['ENVIRONMENT', 'vast'],
        ['INPUT', `tile=file:${file}`],
      ]),
    ).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('environments/vast'),
    })
  })
})

test('a fan-out over files of the run is of as many containers', async () => {
  await fixture.workflows.saveWorkflow(
    saving('each', {
      inputs: [{ name: 'files' }],
      steps: [
        {
          name: 'one',
          algorithm: 'other/measure@1',
          inputs: [{ name: 'tile', from: 'inputs.files' }],
          fanOut: { input: 'tile', maxContainers: 1 },
        },
      ],
    }),
    fixture.as('alice'),
  )
  const [task] = await tasksOf(
    await create([
      ['WORKFLOW', 'each'],
      ['INPUT', `files=file:${file}`],
    ]),
  )
  expect(task?.step).toMatchObject({ fanOut: { input: 'tile' }, maxContainers: 1 })
  await expect(
    create([
      ['WORKFLOW', 'each'],
      ['INPUT', `files=file:${file}`],
      ['INPUT', `files=file:${second}`],
    ]),
  ).rejects.toMatchObject({
    violations: [{ description: expect.stringMatching(/fans out over 2 files, and may run 1 containers/) }],
  })
})

test('without Kubernetes a run is refused with a sentence that says so', async () => {
  const without = await workflowsFixture({
    containers: { available: false, message: CONTAINERS_NEED_KUBERNETES },
  })
  try {
    for (const method of ['createJob', 'quoteJob'] as const) {
      await expect(
        without.jobs[method](request([['WORKFLOW', 'tiles']]), without.as('alice')),
      ).rejects.toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'CONTAINERS_UNAVAILABLE',
        message: expect.stringMatching(/need Kubernetes.*docs\/workflows\.md/),
      })
    }
  } finally {
    await without.end()
  }
})

test('nothing runs of a registry that is not allowed any more', async () => {
  const [{ id } = { id: '' }] = await fixture.query<{ id: string }>(
    `select id from algorithms where slug = 'collect'`,
  )
  const spec = `jsonb_set(spec, '{image}', to_jsonb('elsewhere.example.org/x@sha256:${'b'.repeat(64)}'::text))`
  await fixture.query(`update algorithms set spec = ${spec} where id = $1`, [id])
  await expect(create([['WORKFLOW', 'tiles'], M31])).rejects.toMatchObject({
    reason: 'WORKFLOW_NOT_RUNNABLE',
    message: expect.stringContaining('does not allow any more'),
  })
})
