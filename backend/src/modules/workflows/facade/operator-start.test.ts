import { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatorFixture, operatorFixture, REGISTRY } from './testing/operator-fixture.ts'
import type { ProviderAccount } from './testing/provider-account.ts'

let operator: OperatorFixture
beforeAll(async () => {
  operator = await operatorFixture()
  await operator.algorithm('measure')
})
afterAll(() => operator.stop())

const owner = '0xowner'
const DIGEST = `sha256:${'a'.repeat(64)}`
let agreements = 0

type Stage = Record<string, unknown>

function request(stage: Stage | Stage[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const stages = Array.isArray(stage) ? stage : [stage]
  return { workflow: { stages }, agreementId: `0x${agreements++}`, owner, environment: 'small', ...more }
}

const post = (fields: Record<string, unknown>, by?: ProviderAccount) =>
  operator.send('POST', 'compute', operator.signed(fields, by))
const start = (stage: Stage | Stage[], more?: Record<string, unknown>) => post(request(stage, more))

async function jobOf(answer: { json: unknown }, by = operator.providers.near, organization = 'observatory') {
  const [status] = answer.json as { jobId: string }[]
  const name = `organizations/${organization}/jobs/${status?.jobId}`
  return operator.calls.unary(JobServiceService.getJob, { name }, operator.as(by))
}

const inputs = (...ids: string[]) => ids.map((id, index) => ({ id, index }))

describe('a start', () => {
  test('makes one job of the service workflow, of the provider’s user, and queues it', async () => {
    const answer = await start({
      index: 0,
      input: inputs('tile-1', 'tile-2'),
      compute: { Instances: 1, namespace: 'withgpu', maxtime: 3600 },
      algorithm: { id: 'measure@1', url: '', rawcode: '', container: null },
      output: { owner, publishOutput: true },
    })
    expect(answer).toMatchObject({
      status: 200,
      json: [{ owner, status: 1, statusText: 'Warming up', dateFinished: null, stopreq: 0 }],
    })
    expect(await jobOf(answer)).toMatchObject({
      service: 'workflow',
      phase: 'PHASE_QUEUED',
      ownerDisplayName: 'robot@example.org',
      executionDuration: { seconds: 3600n },
      parameters: [
        { name: 'ALGORITHM', value: 'measure@1' },
        { name: 'ENVIRONMENT', value: 'small' },
        { name: 'INPUT', value: 'images=dataset:tile-1' },
        { name: 'INPUT', value: 'images=dataset:tile-2' },
      ],
    })
  })

  test('may stand in the query', async () => {
    const { workflow, ...fields } = request({ algorithm: { id: 'measure@1' } })
    const texts = Object.entries({ ...operator.signed(fields), workflow: JSON.stringify(workflow) })
    const query = new URLSearchParams(texts.map(([name, value]): [string, string] => [name, String(value)]))
    expect(await operator.raw(`compute?${query}`, { method: 'POST' })).toMatchObject({ status: 200 })
  })

  test('fills the inputs of the algorithm in the order of the client’s, and the last with the rest', async () => {
    const reference = await operator.algorithm('combine', {
      inputs: ['dark', 'light'].map((name) => ({ name, description: '', optional: false, maxFiles: 0 })),
    })
    const answer = await start({
      input: [
        { id: 'tile-3', index: 2 },
        { id: 'tile-1', index: 0 },
        { id: 'tile-2', index: 1 },
      ],
      algorithm: { id: reference },
    })
    const { parameters } = await jobOf(answer)
    expect(parameters.filter(({ name }) => name === 'INPUT').map(({ value }) => value)).toEqual([
      'dark=dataset:tile-1',
      'light=dataset:tile-2',
      'light=dataset:tile-3',
    ])
  })

  test('names an algorithm by its image', async () => {
    const answer = await start({
      algorithm: {
        id: 'did:op:87bdaabb33354d2eb014af5091c604fb4b0f67dc6cca4d18a96547bffdc27bcf',
        container: { image: `${REGISTRY}/measure`, tag: DIGEST, entrypoint: 'python3 /measure.py' },
      },
    })
    const { parameters } = await jobOf(answer)
    expect(parameters[0]).toEqual({ name: 'ALGORITHM', value: 'measure@1' })
  })

  test('may name an algorithm that another organisation offers', async () => {
    const offered = { forEveryOrganization: true }
    await operator.algorithm('offered', offered, operator.providers.far)
    const answer = await start({ algorithm: { id: 'elsewhere/offered@1' } })
    expect(answer).toMatchObject({ status: 200 })
    expect((await jobOf(answer)).parameters[0]).toEqual({ name: 'ALGORITHM', value: 'elsewhere/offered@1' })
  })

  test('sent twice makes one job, and of twenty at once one is done', async () => {
    const signed = operator.signed(request({ algorithm: { id: 'measure@1' } }, { owner: '0xtwenty' }))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => operator.send('POST', 'compute', signed)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)])
    const listed = await operator.send('GET', 'compute', operator.signed({ owner: '0xtwenty' }))
    expect(listed.json).toHaveLength(1)
  })

  test('of an agreement whose job has not ended is refused, also of ten at once', async () => {
    const fields = request({ algorithm: { id: 'measure@1' } }, { owner: '0xten' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(fields)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(400)])
    expect(answers).toContainEqual(
      expect.objectContaining({
        json: { error: 'agreementId: another job of this agreement has not ended yet.' },
      }),
    )
    const listed = await operator.send('GET', 'compute', operator.signed({ owner: '0xten' }))
    expect(listed.json).toHaveLength(1)
    await operator.send(
      'PUT',
      'compute',
      operator.signed({ owner: '0xten', agreementId: fields['agreementId'] }),
    )
    expect(await post(fields)).toMatchObject({ status: 200 })
    // Another provider's agreements are its own.
    const theirs = await operator.algorithm('theirs', {}, operator.providers.far)
    const other = { ...fields, workflow: { stages: [{ algorithm: { id: theirs } }] } }
    expect(await post(other, operator.providers.far)).toMatchObject({ status: 200 })
  })
})

describe('a start is refused, and leaves nothing, that', () => {
  const measure = { id: 'measure@1' }
  const refusals: [string, Stage | Stage[], Record<string, unknown>, string][] = [
    [
      'has two stages',
      [{ algorithm: measure }, { algorithm: measure }],
      {},
      'workflow.stages: multiple stages are not supported. Start a job for each.',
    ],
    ['has no stage', [], {}, 'workflow.stages: is empty.'],
    ['has no algorithm', {}, {}, 'workflow.stages[0].algorithm: must be an object.'],
    [
      'brings code',
      { algorithm: { rawcode: "console.log('x')" } },
      {},
      'workflow.stages[0].algorithm.rawcode: code is not brought along: only images run here',
    ],
    [
      'has code fetched',
      { algorithm: { ...measure, url: 'https://example.org/a.js' } },
      {},
      'workflow.stages[0].algorithm.url: code is not brought along',
    ],
    [
      'runs a file of the algorithm',
      { algorithm: { ...measure, container: { entrypoint: 'node $ALGO' } } },
      {},
      'workflow.stages[0].algorithm.container.entrypoint: code is not brought along',
    ],
    [
      'names an image by a tag',
      { algorithm: { container: { image: `${REGISTRY}/measure`, tag: 'latest' } } },
      {},
      'workflow.stages[0].algorithm.container.tag: "latest" is no digest',
    ],
    [
      'names an image that nobody registered',
      { algorithm: { container: { image: `${REGISTRY}/other`, tag: DIGEST } } },
      {},
      'is no approved algorithm that this provider may run',
    ],
    [
      'names an algorithm, and the image of another',
      { algorithm: { ...measure, container: { image: `${REGISTRY}/other`, tag: DIGEST } } },
      {},
      'is not the image of measure@1',
    ],
    [
      'names no algorithm of ours',
      { algorithm: { id: 'did:op:1' } },
      {},
      'workflow.stages[0].algorithm: "did:op:1" is no algorithm here.',
    ],
    [
      'names an algorithm that is not there',
      { algorithm: { id: 'absent@1' } },
      {},
      'absent@1 is no approved algorithm that this provider may run',
    ],
    [
      'names a dataset that is not there',
      { input: inputs('tile-1', 'absent'), algorithm: measure },
      {},
      'workflow.stages[0].input[1]: there is no dataset absent',
    ],
    [
      'names no dataset',
      { input: [{ url: ['https://example.org/a.csv'] }], algorithm: measure },
      {},
      'workflow.stages[0].input[0].id',
    ],
    ['asks for ten instances', { compute: { Instances: 10 }, algorithm: measure }, {}, 'must be 1'],
    [
      'asks for a year',
      { compute: { maxtime: 31_536_000 }, algorithm: measure },
      {},
      'workflow.stages[0].compute.maxtime',
    ],
    [
      'names an environment that is not there',
      { algorithm: measure },
      { environment: 'ocean-compute' },
      'environment',
    ],
  ]
  test.each(refusals)('%s', async (_what, stage, more, error) => {
    const refused = '0xrefused'
    expect(await start(stage, { owner: refused, ...more })).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining(error) },
    })
    const left = await operator.send('GET', 'compute', operator.signed({ owner: refused }))
    expect(left.json).toEqual([])
  })

  test('names an image that two algorithms have', async () => {
    const image = `${REGISTRY}/shared@${DIGEST}`
    await operator.algorithm('twin-one', { image })
    await operator.algorithm('twin-two', { image })
    const answer = await start({ algorithm: { container: { image: `${REGISTRY}/shared`, tag: DIGEST } } })
    expect(answer).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/is that of several: .*twin-(one|two)@1, .*Name one by its id/) },
    })
  })

  test('names an algorithm whose approval was taken back', async () => {
    const reference = await operator.algorithm('revoked')
    const { dataSource } = operator.backend.database
    await dataSource.query(`update algorithms set state = 'REVOKED' where slug = 'revoked'`)
    expect(await start({ algorithm: { id: reference } })).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/revoked@1/) },
    })
  })

  test.each(['workflow', 'agreementId', 'owner', 'environment', 'nonce', 'providerSignature'])(
    'has no %s',
    async (field) => {
      const { [field]: _left, ...rest } = operator.signed(request({ algorithm: measure }))
      expect(await operator.send('POST', 'compute', rest)).toMatchObject({
        status: 400,
        json: { error: `"${field}" is required.` },
      })
    },
  )
})

test('environments are told with their limits, to anyone', async () => {
  const { json, status } = await operator.raw('environments?chainId=1')
  expect(status).toBe(200)
  expect(json).toContainEqual({
    id: 'small',
    desc: 'For quick looks and tests.',
    currentJobs: 0,
    maxJobs: 50,
    cpuNumber: 0.5,
    cpuType: '',
    gpuNumber: 0,
    gpuType: '',
    ramGB: 0.5,
    diskGB: 2,
    priceMin: 0,
    consumerAddress: `0x${'0'.repeat(40)}`,
    storageExpiry: 2_592_000,
    maxJobDuration: 3600,
    lastSeen: '',
    feeToken: `0x${'0'.repeat(40)}`,
  })
})

test('without containers nothing can be started, and no environment is told', async () => {
  const containers = { available: false, message: 'Container workflows need Kubernetes.' } as const
  const bare = await operatorFixture({ containers })
  try {
    await bare.algorithm('measure')
    const fields = bare.signed(request({ algorithm: { id: 'measure@1' } }))
    expect(await bare.send('POST', 'compute', fields)).toMatchObject({
      status: 400,
      json: { error: 'Container workflows need Kubernetes.' },
    })
    expect(await bare.raw('environments')).toMatchObject({ status: 200, json: [] })
  } finally {
    await bare.stop()
  }
})
