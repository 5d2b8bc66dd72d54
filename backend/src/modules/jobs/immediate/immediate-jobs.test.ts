import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import { DomainError } from '../../../errors/domain-error.ts'
import { probeService } from '../testing/probe-service.ts'
import {
  type ImmediateFile,
  ImmediateJobs,
  type ImmediateJobsOptions,
  type ImmediateLimits,
} from './index.ts'

const patient = new AbortController().signal
const userId = '01999999-0000-7000-8000-000000000001'
let cleanUp = new AsyncDisposableStack()

afterEach(async () => {
  await cleanUp.disposeAsync()
})

async function immediate(limits: Partial<ImmediateLimits> = {}, more: Partial<ImmediateJobsOptions> = {}) {
  cleanUp = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-immediate-'))
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
  const execution = createProcessExecution({
    entry: new URL('../testing/probe-runner.ts', import.meta.url),
    warmMemoryBytes: probeService.limits.memoryBytes,
    graceMs: 200,
    watchMs: 20,
  })
  cleanUp.defer(() => execution.close())
  const jobs = new ImmediateJobs({
    services: [probeService],
    dataset: async () => undefined,
    execution,
    scanner: createDisabledScanner(),
    scratchFolder: join(folder, 'scratch'),
    limits: { slots: 1, ...limits },
    ...more,
  })
  const run = (organization: string, acts: readonly string[], signal = patient) =>
    jobs.run(
      organization,
      { service: 'probe', parameters: acts.map((value) => ({ name: 'ACT', value })), userId },
      (file: ImmediateFile) => readFile(file.path, 'utf8'),
      signal,
    )
  const left = () => readdir(join(folder, 'scratch')).catch(() => [])
  return { jobs, run, folder, left }
}

async function refusal(promise: Promise<unknown>): Promise<DomainError> {
  const error = await promise.then(
    (answer) => `was answered: ${String(answer)}`,
    (reason: unknown) => reason,
  )
  if (!(error instanceof DomainError)) throw new Error('was not refused', { cause: error })
  return error
}

describe('a request that is answered at once', () => {
  test('is given its result, and leaves nothing behind', async () => {
    const { run, left } = await immediate()
    expect(await run('observatory', ['write hello'])).toBe('hello')
    expect(await left()).toEqual([])
  })

  test('makes one result: several values are for a job', async () => {
    const { run } = await immediate()
    const error = await refusal(run('observatory', ['write a', 'write b']))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'MULTIPLE_RESULTS' })
    expect(error.message).toMatch(/^MultiValuedParamNotSupported: .*ACT/)
  })

  test('has its parameters checked like those of a job', async () => {
    const { run, jobs } = await immediate()
    expect(await refusal(run('observatory', []))).toMatchObject({ reason: 'INVALID_PARAMETERS' })
    const unknown = { service: 'nonsense', parameters: [], userId }
    expect(await refusal(jobs.run('observatory', unknown, async () => '', patient))).toMatchObject({
      reason: 'SERVICE_UNKNOWN',
    })
  })

  test('ends with who asked for it, and its slot is free again', async () => {
    const { run, folder, left } = await immediate()
    const client = new AbortController()
    const waits = run('observatory', [`wait ${join(folder, 'never')}`], client.signal)
    await expect.poll(left).toHaveLength(1)
    client.abort(new DomainError('CANCELLED', 'CANCELLED', 'The client is gone.'))
    expect(await refusal(waits)).toMatchObject({ code: 'CANCELLED' })
    expect(await left()).toEqual([])
    expect(await run('observatory', ['write next'])).toBe('next')
  })

  test('is stopped at the limit of its time, with the way to a job', async () => {
    const { run, left } = await immediate({ timeMs: 700 })
    const error = await refusal(run('observatory', ['spin']))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'IMMEDIATE_TIME_LIMIT' })
    expect(error.message).toMatch(/^This takes longer than the 1 s .*Create a job/)
    expect(await left()).toEqual([])
  })

  test('is refused when its turn does not come in time', async () => {
    const { run, folder, left } = await immediate({ timeMs: 1_500 })
    const first = refusal(run('observatory', [`wait ${join(folder, 'never')}`]))
    await expect.poll(left).toHaveLength(1)
    const [, second] = await Promise.all([first, refusal(run('observatory', ['write late'], patient))])
    expect(['IMMEDIATE_WAIT_LIMIT', 'IMMEDIATE_TIME_LIMIT']).toContain(second.reason)
  })

  test('is refused when it would write more than it may', async () => {
    const { run, left } = await immediate({ outputBytes: 1_000 })
    expect(await refusal(run('observatory', ['flood 2000']))).toMatchObject({
      reason: 'IMMEDIATE_OUTPUT_LIMIT',
    })
    expect(await left()).toEqual([])
  })

  test('is refused at once when its quote is beyond the limits', async () => {
    const { run } = await immediate({ outputBytes: 10 })
    expect(await refusal(run('observatory', ['write a']))).toMatchObject({ reason: 'IMMEDIATE_OUTPUT_LIMIT' })
  })

  test('counts by its size until it has been read', async () => {
    const { jobs, run } = await immediate({ bytesPerOrganization: 250, bytesTogether: 350 })
    const reading = Promise.withResolvers<string>()
    let begun = 0
    const slowly = (organization: string) =>
      jobs.run(
        organization,
        { service: 'probe', parameters: [{ name: 'ACT', value: 'write a' }], userId },
        () => {
          begun++
          return reading.promise
        },
        patient,
      )
    const readers = [slowly('observatory'), slowly('observatory'), slowly('laboratory')]
    await expect.poll(() => begun).toBe(3)
    expect(await refusal(run('observatory', ['write a']))).toMatchObject({ reason: 'IMMEDIATE_SIZE_LIMIT' })
    expect(await refusal(run('laboratory', ['write a']))).toMatchObject({ reason: 'IMMEDIATE_QUEUE_FULL' })
    reading.resolve('read')
    await Promise.all(readers)
    expect(await run('observatory', ['write again'])).toBe('again')
  })

  test('says whether what failed may be tried again', async () => {
    const { run, left } = await immediate()
    const failed = await refusal(run('observatory', ['fail badly']))
    expect(failed).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'TASK_FAILED' })
    expect(failed.message).toBe('failed as told: badly')
    const crashed = await refusal(run('observatory', ['crash']))
    expect(crashed).toMatchObject({ code: 'UNAVAILABLE', reason: 'TASK_CRASHED' })
    expect(await left()).toEqual([])
  })

  test('is scanned first, and infected content is given to nobody', async () => {
    const scanned: string[] = []
    const { run, left } = await immediate(
      {},
      {
        scanner: {
          enabled: true,
          async scan({ content }) {
            scanned.push(await text(content))
            return { state: 'INFECTED', signature: 'Test.Signature', engine: 'Test', signatureVersion: '1' }
          },
          version: async () => undefined,
        },
      },
    )
    expect(await refusal(run('observatory', ['write bad']))).toMatchObject({ reason: 'RESULT_INFECTED' })
    expect(scanned).toEqual(['bad'])
    expect(await left()).toEqual([])
  })

  test('is refused beyond what an organisation may have under way, and then only its own', async () => {
    const { run, folder, left } = await immediate({ slots: 2, perOrganization: 2, together: 3 })
    const clients = new AbortController()
    const waiting = [
      refusal(run('north', [`wait ${join(folder, 'never')}`], clients.signal)),
      refusal(run('north', [`wait ${join(folder, 'never')}`], clients.signal)),
    ]
    await expect.poll(left).toHaveLength(2)
    expect(await refusal(run('north', ['write more']))).toMatchObject({
      reason: 'IMMEDIATE_REQUESTS_LIMIT',
      metadata: { limit: '2' },
    })
    waiting.push(refusal(run('south', ['write waits'], clients.signal)))
    expect(await refusal(run('west', ['write more']))).toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'IMMEDIATE_QUEUE_FULL',
    })
    clients.abort(new DomainError('CANCELLED', 'CANCELLED', 'The client is gone.'))
    await Promise.all(waiting)
    expect(await run('north', ['write again'])).toBe('again')
  })

  test('does not wait behind all that another organisation asks for', async () => {
    const { run } = await immediate({ slots: 1 })
    const order: string[] = []
    const north = Array.from({ length: 6 }, (_, ask) =>
      run('north', [`write n${ask}`]).then((text) => order.push(text)),
    )
    const south = run('south', ['write s']).then((text) => order.push(text))
    await Promise.all([...north, south])
    expect(order.indexOf('s')).toBeLessThanOrEqual(1)
  })
})
