import { describe, expect, test } from 'vitest'
import { DomainError } from '../../../errors/domain-error.ts'
import { readContracts } from '../../../server/contracts.ts'
import { algorithmOfManifest, workflowOfManifest } from './manifest-spec.ts'
import { specLimits } from './spec-limits.ts'
import { algorithmOfRequestMessage, workflowOfRequestMessage } from './spec-of-request.ts'

const image = `registry.example.org/measure@sha256:${'a'.repeat(64)}`
const algorithm = `# Stars in tiles.
kind: Algorithm
name: measure
displayName: Measure
description: |
  Counts stars.
  In tiles.
image: ${image}
command: [python, /measure.py]
arguments: [--fast, 3]
parameters:
  - name: SIGMA
    kind: NUMBER
    minimum: 0
    defaultValue: 2.5
  - {name: MODE, kind: ENUM, values: [a, "1"], required: true}
inputs:
  - name: tile
    maxFiles: 2
environment: small
datasets: ["ivo://a/*"]
`
const workflow = `kind: Workflow
name: tiles
displayName: Tiles
inputs: [{name: image}]
steps:
  - name: cut
    algorithm: cut@1
    inputs:
      image: inputs.image
    fanOut: {count: 4}
  - name: measure
    algorithm: other/measure@2
    environment: environments/large
    inputs:
      tile: steps.cut
    parameters:
      SIGMA: 3
      TITLE: "\${TITLE}"
    fanOut: {input: tile, maxContainers: 50}
    maxDuration: 10m
  - name: collect
    algorithm: collect@1
    inputs:
      tables: [steps.measure, steps.cut]
    after: [cut]
    publish: true
`

test('an algorithm is read as its spec says', () => {
  const { id, spec } = algorithmOfManifest(algorithm)
  expect(id).toBe('measure')
  expect(spec).toEqual({
    displayName: 'Measure',
    description: 'Counts stars.\nIn tiles.\n',
    image,
    command: ['python', '/measure.py'],
    arguments: ['--fast', '3'],
    parameters: [
      {
        name: 'SIGMA',
        description: '',
        kind: 'PARAMETER_KIND_NUMBER',
        required: false,
        repeated: false,
        values: [],
        defaultValue: '2.5',
        minimum: 0,
        maximum: undefined,
        unit: '',
        ucd: '',
      },
      expect.objectContaining({
        name: 'MODE',
        kind: 'PARAMETER_KIND_ENUM',
        values: ['a', '1'],
        required: true,
      }),
    ],
    inputs: [{ name: 'tile', description: '', optional: false, maxFiles: 2 }],
    environment: 'environments/small',
    datasets: ['ivo://a/*'],
    forEveryOrganization: false,
  })
})

test('a workflow is read as its spec says, maps as lists of names with values', () => {
  const { id, spec } = workflowOfManifest(workflow)
  expect(id).toBe('tiles')
  expect(spec.steps).toMatchObject([
    { name: 'cut', environment: '', fanOut: { over: { $case: 'count', value: 4 }, maxContainers: 0 } },
    {
      environment: 'environments/large',
      parameters: [
        { name: 'SIGMA', value: '3' },
        { name: 'TITLE', value: `\${TITLE}` },
      ],
      fanOut: { over: { $case: 'input', value: 'tile' }, maxContainers: 50 },
      maxDuration: { seconds: 600n, nanos: 0 },
    },
    {
      inputs: [
        { name: 'tables', from: 'steps.measure' },
        { name: 'tables', from: 'steps.cut' },
      ],
      after: ['cut'],
      publish: true,
    },
  ])
})

function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof DomainError && error.code === 'INVALID_ARGUMENT') {
      return error.violations.map(({ field, description }) => `${field} ${description}`)
    }
    throw error
  }
  return []
}

describe('what is wrong is named by its line', () => {
  test.each([
    [
      'an unknown key',
      algorithm.replace('command:', 'comand:'),
      'manifest line 9: there is no field "comand"',
    ],
    [
      'an unknown key of a parameter',
      algorithm.replace('    minimum: 0', '    minimun: 0'),
      'manifest line 14: parameters[0]: there is no field "minimun"',
    ],
    [
      'a missing field',
      algorithm.replace('displayName: Measure\n', ''),
      'manifest line 2: displayName is missing',
    ],
    ['another kind', algorithm.replace('Algorithm', 'Workflow'), 'manifest line 2: kind must be Algorithm'],
    [
      'a kind of parameters that there is not',
      algorithm.replace('kind: NUMBER', 'kind: INT'),
      'manifest line 13: parameters[0].kind must be one of STRING, NUMBER, ENUM, TIME',
    ],
    ['a name', algorithm.replace('name: measure', 'name: Measure'), /line 3: name must be lower case/],
    [
      'a number',
      algorithm.replace('maxFiles: 2', 'maxFiles: two'),
      /line 19: inputs\[0\].maxFiles must be a/,
    ],
    [
      'a text',
      algorithm.replace('displayName: Measure', 'displayName: 3'),
      /line 4: displayName must be a text/,
    ],
    ['broken YAML', algorithm.replace('[python, /measure.py]', '[python'), /line 1\d: Flow sequence/],
    ['a key twice', `${algorithm}name: again\n`, /line 22: Map keys must be unique/],
    [
      'an alias',
      algorithm.replace('name: measure', 'name: &a measure').replace(': Measure', ': *a'),
      /line 4: "\*a" is an alias/,
    ],
    ['a tag', algorithm.replace('displayName: ', 'displayName: !secret '), /line 4: Unresolved tag: !secret/],
    ['a binary', algorithm.replace('displayName: ', 'displayName: !!binary '), /line 4: .*tag/],
    ['two documents', `${algorithm}---\n${algorithm}`, /line 22: Source contains multiple documents/],
    ['no document', '', /line 1: the manifest is missing/],
    ['a text alone', 'measure', /line 1: the manifest must be a map of fields/],
    ['a polluted prototype', `${algorithm}__proto__: {kind: x}\n`, /line 22: there is no field "__proto__"/],
  ])('%s', (_, text, problem) => {
    const problems = problemsOf(() => algorithmOfManifest(text))
    expect(problems.length, problems.join('\n')).toBeGreaterThan(0)
    expect(problems[0]).toMatch(problem)
  })

  test.each([
    [
      'both kinds of fan-out',
      workflow.replace('{count: 4}', '{count: 4, input: image}'),
      /line 10: steps\[0\].fanOut must have either/,
    ],
    ['a time', workflow.replace('10m', '10 minutes'), /line 20: steps\[1\].maxDuration must be a time/],
    ['a map that is a list', workflow.replace('      SIGMA: 3', '      - SIGMA'), /line 1[78]:/],
  ])('%s of a workflow', (_, text, problem) => {
    expect(problemsOf(() => workflowOfManifest(text))[0]).toMatch(problem)
  })
})

test.each([
  ['brackets', '['.repeat(60_000)],
  ['maps', '{a: '.repeat(20_000)],
  ['lists on a line', '- '.repeat(30_000)],
  ['keys', 'a: 1\n'.repeat(13_000)],
  ['commas', `[${'a,'.repeat(30_000)}]`],
  ['levels', Array.from({ length: 350 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
])('no heap of %s keeps the server busy', (_, text) => {
  expect(problemsOf(() => algorithmOfManifest(text)).length).toBeGreaterThan(0)
})

describe('a request', () => {
  const limits = specLimits(readContracts())
  const use = async ({ id }: { id: string }) => id

  test('names its algorithm by its id or by its manifest', async () => {
    const { spec } = algorithmOfManifest(algorithm)
    expect(await algorithmOfRequestMessage({ algorithmId: 'a', spec, manifest: '' }, limits, use)).toBe('a')
    expect(
      await algorithmOfRequestMessage({ algorithmId: '', spec: undefined, manifest: algorithm }, limits, use),
    ).toBe('measure')
  })

  test.each([
    ['nothing', { algorithmId: 'a', spec: undefined, manifest: '' }, 'spec'],
    ['two names', { algorithmId: 'a', spec: undefined, manifest: algorithm }, 'algorithm_id'],
    ['no name', { algorithmId: '', spec: algorithmOfManifest(algorithm).spec, manifest: '' }, 'algorithm_id'],
    ['both', { algorithmId: '', spec: algorithmOfManifest(algorithm).spec, manifest: algorithm }, 'spec'],
  ])('that gives %s is refused', async (_, request, field) => {
    await expect(algorithmOfRequestMessage(request, limits, use)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    })
  })

  test('has what the contract limits and what rules refuse told by lines of its manifest', async () => {
    const request = { workflowId: '', spec: undefined, manifest: workflow.replace('cut@1', 'cut') }
    await expect(workflowOfRequestMessage(request, limits, use)).rejects.toMatchObject({
      reason: 'FIELD_LIMIT',
      violations: [
        { field: 'manifest', description: expect.stringMatching(/^line 7: steps\[0\]\.algorithm: /) },
      ],
    })
    const refuse = async () => {
      throw new DomainError('INVALID_ARGUMENT', 'WORKFLOW_INVALID', 'no', {
        violations: [
          { field: 'spec.steps[1].max_duration', description: 'is too long' },
          { field: 'spec.steps[1].inputs[0].from', description: 'is nothing' },
        ],
      })
    }
    await expect(
      workflowOfRequestMessage({ workflowId: '', spec: undefined, manifest: workflow }, limits, refuse),
    ).rejects.toMatchObject({
      reason: 'WORKFLOW_INVALID',
      violations: [
        { field: 'manifest', description: 'line 15: steps[1].inputs[0].from: is nothing' },
        { field: 'manifest', description: 'line 20: steps[1].maxDuration: is too long' },
      ],
    })
  })
})
