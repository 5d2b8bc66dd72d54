import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { apiAs } from '../../support/api.ts'
import { expect, test } from '../cluster-test.ts'
import { Kubectl } from '../harness/kubectl.ts'
import { publishTiles } from './tiles.ts'

const run = promisify(execFile)
const client = join(import.meta.dirname, 'operator-client.sh')
const organization = 'survey-institute'
/** Of the account that the tests' overlay lists in FAIRLEAD_COMPUTE_PROVIDERS. */
const KEY = '45'.repeat(32)
const STRANGER = '46'.repeat(32)

interface Answer {
  readonly status: number
  readonly json: unknown
}

interface JobStatus {
  readonly jobId: string
  readonly status: number
  readonly statusText: string
  readonly dateFinished: string | null
  readonly stopreq: number
  readonly outputsUrl: readonly string[]
}

test('a compute-to-data client starts, watches, fetches and stops by curl, and nobody repeats it', async ({
  system,
  installation,
}, testInfo) => {
  test.setTimeout(420_000)
  await publishTiles(system, organization)
  const api = await apiAs(system, 'alice', organization)
  const listed = await api.get<{ algorithms: readonly { readonly reference: string }[] }>(
    `organizations/${organization}/algorithms?algorithmId=stage-tiles`,
  )
  const algorithm = listed.algorithms[0]!.reference
  const FAIRLEAD = installation.loopbackUrl

  const lines = async (args: readonly string[], key = KEY) => {
    const env = { ...process.env, FAIRLEAD, KEY: key, OWNER: '0xC41808BBef371AD5CFc76466dDF9dEe228d2BdAA' }
    return (await run(client, args, { env })).stdout.trimEnd().split('\n')
  }
  const ask = async (args: readonly string[], key = KEY): Promise<Answer> => {
    const [body = '', status] = await lines(args, key)
    return { status: Number(status), json: JSON.parse(body) }
  }
  const one = async (...args: string[]) => {
    const { json, status } = await ask(args)
    expect(status, JSON.stringify(json)).toBe(200)
    return (json as JobStatus[])[0]!
  }

  const environments = await ask(['environments'])
  expect(environments.json).toContainEqual(expect.objectContaining({ id: 'small', cpuNumber: 0.5 }))

  const agreement = `0x${testInfo.testId}${Date.now()}`
  const { jobId } = await one('start', agreement, algorithm, 'survey-tile-1')
  const again = await ask(['start', agreement, algorithm, 'survey-tile-1'])
  expect(again).toMatchObject({ status: 400, json: { error: expect.stringContaining('agreementId') } })
  const seen = new Set<number>()
  await expect
    .poll(
      async () => {
        const { status } = await one('status', jobId)
        seen.add(status)
        return status
      },
      { timeout: 180_000 },
    )
    .toBe(70)
  expect([1, 10, 20, 30, 40].some((status) => seen.has(status))).toBe(true)

  const unsigned = await one('status', jobId)
  expect(unsigned).toMatchObject({ statusText: 'Job completed', stopreq: 0, outputsUrl: [] })
  expect(unsigned.dateFinished).toMatch(/^\d+/)
  const signed = await one('signed', 'GET', jobId)
  expect(signed.outputsUrl).toHaveLength(4)
  const file = testInfo.outputPath('result.fits')
  expect(await lines(['result', jobId, '0', file])).toEqual([expect.any(String), '200'])
  expect((await readFile(file)).subarray(0, 6).toString()).toBe('SIMPLE')

  expect(await ask(['replayed', jobId])).toMatchObject({
    status: 401,
    json: { error: expect.stringContaining('was used before') },
  })
  const notAllowed = { status: 401, json: { error: expect.stringContaining('not among the providers') } }
  expect(await ask(['edited', jobId])).toMatchObject(notAllowed)
  expect(await ask(['signed', 'PUT', jobId], STRANGER)).toMatchObject(notAllowed)
  expect(await ask(['start', '0x0', algorithm, 'survey-tile-1'], STRANGER)).toMatchObject(notAllowed)

  const next = await one('start', agreement, algorithm, 'survey-tile-2')
  expect((await ask(['running'])).json).toContainEqual(expect.objectContaining({ jobId: next.jobId }))
  const stopped = await one('signed', 'PUT', next.jobId)
  expect(stopped).toMatchObject({ status: 70, stopreq: 1 })
  expect(stopped.statusText).toMatch(/^Job stopped/)
  expect(await one('signed', 'DELETE', next.jobId)).toMatchObject({ removed: 1 })
  expect((await ask(['signed', 'GET', next.jobId])).json).toEqual([])
  const containers = new Kubectl(installation.containersNamespace)
  await expect
    .poll(async () => (await containers.json<{ items: unknown[] }>(['get', 'jobs,pods,secrets'])).items)
    .toEqual([])
})
