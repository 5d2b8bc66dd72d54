import type { WorkflowSpec } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { describe, expect, test } from 'vitest'
import { toYaml } from './to-yaml'
import { shortDuration, workflowManifest } from './workflow-manifest'

const ofRun = '$' + '{SIZE}'

describe('YAML', () => {
  test.each([
    ['tiles', 'tiles'],
    ['Tiles of an image', 'Tiles of an image'],
    ['measure@1', 'measure@1'],
    ['inputs.image', 'inputs.image'],
    ['yes', '"yes"'],
    ['null', '"null"'],
    ['12', '"12"'],
    ['', '""'],
    ['a: b', '"a: b"'],
    ['# no comment', '"# no comment"'],
    [ofRun, `"${ofRun}"`],
    ['  indented', '"  indented"'],
    ['tab\there', '"tab\\there"'],
    ['ends in a colon:', '"ends in a colon:"'],
  ])('writes %j so that it is read as the same text', (text, written) => {
    expect(toYaml({ a: text })).toBe(`a: ${written}\n`)
  })

  test('writes lines as a block, and what a block cannot hold as JSON', () => {
    expect(toYaml({ a: 'one\n\ntwo' })).toBe('a: |-\n  one\n\n  two\n')
    expect(toYaml({ a: 'one\ntwo\n' })).toBe('a: |\n  one\n  two\n')
    expect(toYaml({ a: ' one\ntwo' })).toBe('a: " one\\ntwo"\n')
  })

  test('writes lists, and mappings within them', () => {
    expect(toYaml({ a: [1, true, 'x'], b: [], c: {}, d: [{ e: 1, f: ['g'] }], h: undefined })).toBe(
      'a:\n  - 1\n  - true\n  - x\nb: []\nc: {}\nd:\n  - e: 1\n    f:\n      - g\n',
    )
  })
})

test('a manifest has what was given, and nothing else', () => {
  const spec: WorkflowSpec = {
    displayName: 'Tiles',
    description: '',
    parameters: [
      {
        name: 'SIZE',
        description: 'Edge of a tile',
        kind: 'PARAMETER_KIND_NUMBER',
        required: false,
        repeated: false,
        values: [],
        defaultValue: '512',
        minimum: 16,
        maximum: undefined,
        unit: 'px',
        ucd: '',
      },
    ],
    inputs: [{ name: 'image', description: '', optional: true }],
    steps: [
      {
        name: 'cut',
        algorithm: 'cut@1',
        environment: 'environments/small',
        inputs: [{ name: 'image', from: 'inputs.image' }],
        parameters: [{ name: 'SIZE', value: ofRun }],
        after: [],
        fanOut: { over: { $case: 'count', value: 4 }, maxContainers: 0 },
        publish: false,
        maxDuration: { seconds: 600n, nanos: 0 },
      },
      {
        name: 'collect',
        algorithm: 'collect@2',
        environment: '',
        inputs: [
          { name: 'tables', from: 'steps.cut' },
          { name: 'tables', from: 'inputs.image' },
        ],
        parameters: [],
        after: ['cut'],
        fanOut: undefined,
        publish: true,
        maxDuration: undefined,
      },
    ],
  }
  expect(workflowManifest('tiles', spec)).toBe(`kind: Workflow
name: tiles
displayName: Tiles
parameters:
  - name: SIZE
    description: Edge of a tile
    kind: NUMBER
    defaultValue: "512"
    minimum: 16
    unit: px
inputs:
  - name: image
    optional: true
steps:
  - name: cut
    algorithm: cut@1
    environment: small
    inputs:
      image: inputs.image
    parameters:
      SIZE: "\${SIZE}"
    fanOut:
      count: 4
    maxDuration: "10m"
  - name: collect
    algorithm: collect@2
    inputs:
      tables:
        - steps.cut
        - inputs.image
    after:
      - cut
    publish: true
`)
})

test.each([
  [90, '90s'],
  [600, '10m'],
  [5_400, '90m'],
  [7_200, '2h'],
  [86_400, '1d'],
])('%d seconds are %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text)
})
