import { expect, test } from 'vitest'
import { parseStepPayload, type StepPayload } from './step-payload.ts'

const payload: StepPayload = {
  step: 'measure',
  workflow: 'tiles@2',
  algorithm: 'other/measure@1',
  algorithmId: '0198a1f0-0000-7000-8000-000000000001',
  image: `registry.example.org/measure@sha256:${'a'.repeat(64)}`,
  command: [],
  arguments: ['--all'],
  environment: 'small',
  cpuMillis: 500,
  memoryBytes: 2 ** 29,
  diskBytes: 2 ** 41,
  gpus: 0,
  nodeLabels: { 'fairlead.dev/pool': 'large' },
  maxParallel: 50,
  maxDurationMs: 3_600_000,
  priceFactorThousandths: 1000,
  parameters: { SIGMA: '2.5' },
  inputs: [
    {
      name: 'tiles',
      maxFiles: 1000,
      from: [
        { kind: 'dataset', id: 'ivo://example/m31' },
        { kind: 'file', id: '0198a1f0-0000-7000-8000-000000000002' },
        { kind: 'step', taskIndex: 0 },
      ],
    },
  ],
  fanOut: { input: 'tiles' },
  maxContainers: 100,
  needs: [0],
  publish: true,
}

test.each([
  ['that fans out', payload],
  ['of one container', { ...payload, fanOut: undefined }],
])('what is planned of a step %s is read back from its JSON', (_, planned) => {
  expect(parseStepPayload(JSON.parse(JSON.stringify(planned)))).toEqual(planned)
})

test('another payload is refused', () => {
  expect(() =>
    parseStepPayload({ ...payload, inputs: [{ name: 'a', maxFiles: 1, from: [{ kind: 'url' }] }] }),
  ).toThrow()
  expect(() => parseStepPayload({})).toThrow()
})
