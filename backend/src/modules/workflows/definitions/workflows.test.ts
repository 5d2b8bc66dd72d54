import { ParameterSchema } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type PersonName,
  saving,
  type WorkflowsFixture,
  workflowsFixture,
} from '../testing/workflows-fixture.ts'

let fixture: WorkflowsFixture
const parameter = (name: string, more: object = {}) => ({
  ...ParameterSchema.fromJSON({ name, kind: 'PARAMETER_KIND_STRING' }),
  ...more,
})
/** What a step writes for a parameter of the run. */
const ofRun = (name: string) => `\${${name}}`
const input = (name: string, optional = false) => ({ name, description: '', optional, maxFiles: 0 })

beforeAll(async () => {
  fixture = await workflowsFixture()
  await fixture.approved('alice', 'cut', {
    inputs: [input('image')],
    parameters: [
      parameter('SIZE', { kind: 'PARAMETER_KIND_NUMBER', minimum: 1, maximum: 100, required: true }),
    ],
  })
  await fixture.approved('dave', 'measure', {
    forEveryOrganization: true,
    inputs: [input('tile'), input('mask', true)],
    parameters: [
      parameter('MODE', { kind: 'PARAMETER_KIND_ENUM', values: ['fast', 'good'], defaultValue: 'fast' }),
      parameter('TITLE'),
    ],
    environment: 'environments/large',
  })
  await fixture.approved('dave', 'private', { inputs: [] })
  await fixture.register('alice', 'pending', { inputs: [] })
})
afterAll(() => fixture.end())
beforeEach(() => fixture.query('delete from workflows'))

const cut = {
  name: 'cut',
  algorithm: 'cut@1',
  inputs: [{ name: 'image', from: 'inputs.image' }],
  parameters: [{ name: 'SIZE', value: ofRun('SIZE') }],
}
const measure = {
  name: 'measure',
  algorithm: 'other/measure@1',
  inputs: [{ name: 'tile', from: 'steps.cut' }],
  fanOut: { input: 'tile', maxContainers: 10 },
}
const tiles = {
  inputs: [{ name: 'image' }, { name: 'mask', optional: true }],
  parameters: [
    { name: 'SIZE', kind: 'PARAMETER_KIND_NUMBER', required: true },
    { name: 'MODE', kind: 'PARAMETER_KIND_ENUM', values: ['fast', 'slow'] },
  ],
  steps: [cut, measure],
}

const save = (spec: object = tiles, name = 'tiles', by: PersonName = 'alice') =>
  fixture.workflows.saveWorkflow(
    saving(name, spec, `organizations/${fixture.as(by).organization?.slug}`),
    fixture.as(by),
  )
const get = (name: string) => fixture.workflows.getWorkflow({ name }, fixture.as('alice'))
const list = (request: object = {}) =>
  fixture.workflows.listWorkflows(
    { parent: 'organizations/lab', pageSize: 0, pageToken: '', workflowId: '', ...request },
    fixture.as('alice'),
  )

describe('saving', () => {
  test('makes the next version', async () => {
    const first = await save()
    expect(first).toMatchObject({
      name: 'organizations/lab/workflows/tiles/versions/1',
      reference: 'tiles@1',
      version: 1,
      authorDisplayName: 'alice',
      problem: '',
    })
    expect(first.spec).toEqual(saving('tiles', tiles).spec)
    expect(await get(first.name)).toEqual(first)
    expect(await save()).toMatchObject({ reference: 'tiles@2' })
    expect(await save(tiles, 'again')).toMatchObject({ reference: 'again@1' })
  })

  test('at once, or again with a request_id, keeps the versions apart', async () => {
    const saved = await Promise.all(Array.from({ length: 10 }, () => save()))
    expect(saved.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const request = { ...saving('once', tiles), requestId: v7() }
    const once = () => fixture.workflows.saveWorkflow(request, fixture.as('alice'))
    const [first, second] = await Promise.all([once(), once()])
    expect(second).toEqual(first)
    expect(await once()).toEqual(first)
    await expect(
      fixture.workflows.saveWorkflow({ ...request, workflowId: 'other' }, fixture.as('alice')),
    ).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' })
  })

  test('with validate_only keeps nothing', async () => {
    const request = { ...saving('tiles', tiles), validateOnly: true }
    expect(await fixture.workflows.saveWorkflow(request, fixture.as('alice'))).toMatchObject({ version: 1 })
    expect((await list()).workflows).toEqual([])
  })

  test('takes a manifest, whose lines it names', async () => {
    const manifest = [
      'kind: Workflow',
      'name: from-yaml',
      'displayName: From YAML',
      'inputs: [{name: image}]',
      'steps:',
      '  - name: cut',
      '    algorithm: cut@1',
      '    inputs:',
      '      image: inputs.image',
      '    parameters: {SIZE: 3}',
    ].join('\n')
    const saveManifest = (text: string) =>
      fixture.workflows.saveWorkflow(
        { ...saving('', {}), spec: undefined, manifest: text },
        fixture.as('alice'),
      )
    expect(await saveManifest(manifest)).toMatchObject({ reference: 'from-yaml@1' })
    await expect(saveManifest(manifest.replace('inputs.image', 'inputs.imag'))).rejects.toMatchObject({
      violations: [
        {
          field: 'manifest',
          description:
            'line 9: steps[0].inputs[0].from: step cut: the workflow has no input imag; it has image',
        },
      ],
    })
  })

  const withStep = (step: object) => ({ ...tiles, steps: [cut, { ...measure, ...step }] })
  test.each<[string, object, string, RegExp]>([
    [
      'a cycle, step by step',
      {
        ...tiles,
        steps: [
          { ...cut, after: ['last'] },
          measure,
          { name: 'last', algorithm: 'other/measure@1', inputs: [{ name: 'tile', from: 'steps.measure' }] },
        ],
      },
      'spec.steps[0]',
      /in a circle: cut, then measure, then last, then cut$/,
    ],
    ['a step after itself', withStep({ after: ['measure'] }), 'spec.steps[1]', /measure comes after itself/],
    ['a step twice', { ...tiles, steps: [cut, measure, cut] }, 'spec.steps[2].name', /cut is there twice/],
    [
      'an unknown algorithm',
      withStep({ algorithm: 'none@1' }),
      'spec.steps[1].algorithm',
      /step measure: there is no algorithm none@1/,
    ],
    [
      'an unknown version',
      withStep({ algorithm: 'other/measure@9' }),
      'spec.steps[1].algorithm',
      /no algorithm/,
    ],
    [
      "another's own algorithm",
      { steps: [{ name: 'a', algorithm: 'other/private@1' }] },
      'spec.steps[0].algorithm',
      /no algorithm/,
    ],
    [
      'one that is not approved',
      { steps: [{ name: 'a', algorithm: 'pending@1' }] },
      'spec.steps[0].algorithm',
      /waits for a decision/,
    ],
    [
      'an unknown environment',
      withStep({ environment: 'environments/vast' }),
      'spec.steps[1].environment',
      /no environments\/vast/,
    ],
    [
      'a longer time than the environment has',
      withStep({ environment: 'environments/small', maxDuration: { seconds: '3601' } }),
      'spec.steps[1].max_duration',
      /at most 3600 s/,
    ],
    [
      'an input that the algorithm has not',
      withStep({ inputs: [...measure.inputs, { name: 'x', from: 'steps.cut' }] }),
      'spec.steps[1].inputs[1].name',
      /no input x; it has tile, mask/,
    ],
    [
      'an input that the workflow has not',
      withStep({ inputs: [{ name: 'tile', from: 'inputs.x' }] }),
      'spec.steps[1].inputs[0].from',
      /no input x; it has image, mask/,
    ],
    [
      'files of a step that is not there',
      withStep({ inputs: [{ name: 'tile', from: 'steps.x' }] }),
      'spec.steps[1].inputs[0].from',
      /no step x/,
    ],
    [
      'the same files twice',
      withStep({ inputs: [...measure.inputs, ...measure.inputs] }),
      'spec.steps[1].inputs[1].from',
      /twice/,
    ],
    [
      'a needed input left out',
      withStep({ inputs: [], fanOut: undefined }),
      'spec.steps[1].inputs',
      /needs the input tile/,
    ],
    [
      'a needed input from an optional one',
      withStep({ inputs: [{ name: 'tile', from: 'inputs.mask' }] }),
      'spec.steps[1].inputs[0].from',
      /optional/,
    ],
    [
      'a fan-out over an input that it has not',
      withStep({ fanOut: { input: 'mask' } }),
      'spec.steps[1].fan_out.input',
      /no input mask/,
    ],
    [
      'fewer containers than are counted',
      withStep({ fanOut: { count: 4, maxContainers: 3 } }),
      'spec.steps[1].fan_out.max_containers',
      /at least the count/,
    ],
    [
      'a step to come after that is not there',
      withStep({ after: ['x'] }),
      'spec.steps[1].after[0]',
      /no step x/,
    ],
    [
      'a parameter that the algorithm has not',
      withStep({ parameters: [{ name: 'X', value: '1' }] }),
      'spec.steps[1].parameters[0].name',
      /no parameter X; it has MODE, TITLE/,
    ],
    [
      'a parameter twice',
      withStep({
        parameters: [
          { name: 'TITLE', value: '1' },
          { name: 'TITLE', value: '2' },
        ],
      }),
      'spec.steps[1].parameters[1].name',
      /twice/,
    ],
    [
      'a value that is none',
      withStep({ parameters: [{ name: 'MODE', value: 'slow' }] }),
      'spec.steps[1].parameters[0].value',
      /one of fast, good/,
    ],
    [
      'a parameter that a run does not have',
      withStep({ parameters: [{ name: 'TITLE', value: `a ${ofRun('X')}` }] }),
      'spec.steps[1].parameters[0].value',
      /\$\{X\} is no parameter/,
    ],
    [
      'a parameter of another kind',
      withStep({ parameters: [{ name: 'MODE', value: ofRun('SIZE') }] }),
      'spec.steps[1].parameters[0].value',
      /MODE is a ENUM, and \$\{SIZE\} a NUMBER/,
    ],
    [
      'values that do not fit',
      withStep({ parameters: [{ name: 'MODE', value: ofRun('MODE') }] }),
      'spec.steps[1].parameters[0].value',
      /may be "slow"/,
    ],
    [
      'a text around a number',
      { ...tiles, steps: [{ ...cut, parameters: [{ name: 'SIZE', value: `${ofRun('SIZE')}0` }] }] },
      'spec.steps[0].parameters[0].value',
      /nothing around it/,
    ],
    [
      'a needed parameter left out',
      { ...tiles, steps: [{ ...cut, parameters: [] }] },
      'spec.steps[0].parameters',
      /needs the parameter SIZE/,
    ],
    [
      'a needed parameter from one that is not',
      { ...tiles, parameters: [{ name: 'SIZE', kind: 'PARAMETER_KIND_NUMBER' }], steps: [cut] },
      'spec.steps[0].parameters[0].value',
      /may be left out/,
    ],
    [
      'an input of the workflow twice',
      { ...tiles, inputs: [{ name: 'image' }, { name: 'image' }] },
      'spec.inputs[1].name',
      /twice/,
    ],
    [
      'a parameter of the workflow in lower case',
      { ...tiles, parameters: [...tiles.parameters, { name: 'a', kind: 'PARAMETER_KIND_STRING' }] },
      'spec.parameters[2].name',
      /upper case/,
    ],
  ])('refuses %s', async (_, spec, field, description) => {
    await expect(save(spec)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'WORKFLOW_INVALID',
      violations: [{ field, description: expect.stringMatching(description) }],
    })
  })

  test('tells everything that is wrong at once', async () => {
    const wrong = withStep({ after: ['x'], algorithm: 'none@1' })
    await expect(save({ ...wrong, inputs: [] })).rejects.toMatchObject({
      violations: [
        { field: 'spec.steps[0].inputs[0].from' },
        { field: 'spec.steps[1].algorithm' },
        { field: 'spec.steps[1].after[0]' },
      ],
    })
  })

  test('takes several sources for one input, one of which may be empty', async () => {
    const both = [...measure.inputs, { name: 'tile', from: 'inputs.mask' }]
    expect(await save(withStep({ inputs: both }))).toMatchObject({ reference: 'tiles@1' })
  })
})

describe('what changes around a workflow', () => {
  test('is told as its problem when it is read', async () => {
    const { name } = await fixture.approved('bob', 'fragile')
    const { name: workflow } = await save({ steps: [{ name: 'only', algorithm: 'fragile@1' }] }, 'fragile')
    expect((await get(workflow)).problem).toBe('')
    await fixture.algorithms.reviewAlgorithm(
      { name, decision: 'ALGORITHM_STATE_REVOKED', comment: 'It leaks.' },
      fixture.as('olga'),
    )
    const problem =
      'Step only: the algorithm fragile@1 was approved, and the approval was revoked, and only approved ones run.'
    expect((await get(workflow)).problem).toBe(problem)
    expect((await list()).workflows[0]?.problem).toBe(problem)
  })

  test('may be an environment that closes', async () => {
    const { name } = await save()
    await fixture.query(`update environments set open = false where id = 'large'`)
    expect((await get(name)).problem).toMatch(
      /^Step measure: environments\/large, which is that of .* is closed/,
    )
    await fixture.query('update environments set open = true')
    expect((await get(name)).problem).toBe('')
  })
})

describe('lists', () => {
  test('show the latest version of each, or every one of one, newest first', async () => {
    await save(tiles, 'a')
    await save(tiles, 'b')
    await save(tiles, 'a')
    await save(tiles, 'elsewhere', 'alice')
    const references = ({ workflows }: { workflows: readonly { reference: string }[] }) =>
      workflows.map(({ reference }) => reference)
    expect(references(await list())).toEqual(['elsewhere@1', 'a@2', 'b@1'])
    expect(references(await list({ workflowId: 'a' }))).toEqual(['a@2', 'a@1'])
    const first = await list({ pageSize: 2 })
    expect(references(first)).toEqual(['elsewhere@1', 'a@2'])
    expect(references(await list({ pageSize: 2, pageToken: first.nextPageToken }))).toEqual(['b@1'])
  })

  test('have no deleted one, whose name goes on being numbered', async () => {
    const { name } = await save()
    await save()
    const remove = () =>
      fixture.workflows.deleteWorkflow({ name: 'organizations/lab/workflows/tiles' }, fixture.as('alice'))
    await remove()
    expect((await list()).workflows).toEqual([])
    await expect(get(name)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(remove()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await save()).toMatchObject({ version: 3 })
  })
})
