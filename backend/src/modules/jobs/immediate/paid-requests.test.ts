import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import { ImmediateCharges, releaseAbandoned } from '../../credits/index.ts'
import { type ChargeFixture, chargeFixture } from '../charging/testing/charge-fixture.ts'
import { probeService } from '../testing/probe-service.ts'
import { type ImmediateFile, ImmediateJobs } from './index.ts'

let fixture: ChargeFixture
let creditClass: string
let round = 0
const cleanUp = new AsyncDisposableStack()
let jobs: ImmediateJobs

beforeAll(async () => {
  fixture = await chargeFixture()
  cleanUp.defer(() => fixture.end())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-paid-'))
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }))
  const execution = createProcessExecution({
    entry: new URL('../testing/probe-runner.ts', import.meta.url),
    warmMemoryBytes: probeService.limits.memoryBytes,
    graceMs: 200,
    watchMs: 20,
  })
  cleanUp.defer(() => execution.close())
  jobs = new ImmediateJobs({
    services: [probeService],
    dataset: async () => undefined,
    execution,
    scanner: createDisabledScanner(),
    scratchFolder: join(folder, 'scratch'),
    charges: new ImmediateCharges(fixture.database.dataSource),
  })
})
beforeEach(async () => {
  await fixture.clear()
  creditClass = await fixture.addClass(`paid-${++round}`)
  await fixture.price(`paid-${round}`)
})
afterEach(() => fixture.expectBooksAgree())
afterAll(() => cleanUp.disposeAsync())

function ask(act: string, signal = new AbortController().signal, organization = fixture.organizationId) {
  return jobs.run(
    organization,
    { service: 'probe', parameters: [{ name: 'ACT', value: act }], userId: fixture.ownerId },
    (file: ImmediateFile) => readFile(file.path, 'utf8'),
    signal,
  )
}

it('a request that is answered at once is paid for, by what it took', async () => {
  await fixture.issue(creditClass, 1_000n)
  await fixture.price(`paid-${round}`, { perTaskSecond: 0n })
  expect(await ask('write abc')).toBe('abc')
  expect(await fixture.available(creditClass)).toBe(1_000n - 100n - 3n)
  expect(await fixture.held(creditClass)).toBe(0n)
  expect(
    await fixture.query(
      `select kind, description from credit_transactions where class_id = $1 order by time`,
      [creditClass],
    ),
  ).toEqual([
    { kind: 'ISSUANCE', description: 'Issued' },
    { kind: 'JOB_HOLD', description: 'probe, answered at once' },
    { kind: 'JOB_CAPTURE', description: 'probe, answered at once' },
  ])
  expect(await fixture.query(`select * from credit_immediate_holds`)).toEqual([])
})

it('one that fails, or that nobody waits for any more, costs nothing', async () => {
  await fixture.issue(creditClass, 1_000n)
  await expect(ask('fail')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
  const gone = new AbortController()
  const asked = ask(`wait ${join(tmpdir(), 'never-there')}`, gone.signal)
  await expect.poll(() => fixture.held(creditClass)).toBe(220n)
  gone.abort(new Error('the client has gone'))
  await expect(asked).rejects.toThrow('the client has gone')
  expect(await fixture.available(creditClass)).toBe(1_000n)
})

it('one that there are too few credits for is refused before anything runs, with the way out', async () => {
  await fixture.issue(creditClass, 219n)
  await expect(ask('write abc')).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    reason: 'INSUFFICIENT_CREDITS',
    message: `There are not enough credits. It needs 2.20 credits of paid-${round} to be set aside, and 2.19 credits were available. Ask for less, or have credits bought.`,
  })
  expect(await fixture.available(creditClass)).toBe(219n)
})

it('a request of a service without a price costs nothing, and of one that had none pays soon after it has', async () => {
  await fixture.pricing.remove('probe', `paid-${round}`, fixture.ownerId)
  const charges = new ImmediateCharges(fixture.database.dataSource)
  const request = {
    organizationId: fixture.organizationId,
    serviceId: 'probe',
    quote: { sizeBytes: 1n, durationMs: 1, taskCount: 1 },
    actorId: fixture.ownerId,
  }
  expect(await charges.hold(request)).toBeUndefined()
  await fixture.issue(creditClass, 1_000n)
  await fixture.price(`paid-${round}`)
  await expect.poll(async () => (await charges.hold(request)) !== undefined, { timeout: 5_000 }).toBe(true)
  expect(await fixture.held(creditClass)).toBe(121n)
  await fixture.query(`update credit_immediate_holds set create_time = now() - interval '1 hour'`)
  expect(await releaseAbandoned(fixture.database.dataSource)).toBe(1)
})

it('what a request of a killed server holds is released once, however many find it', async () => {
  await fixture.issue(creditClass, 1_000n)
  const charges = new ImmediateCharges(fixture.database.dataSource)
  const held = await charges.hold({
    organizationId: fixture.organizationId,
    serviceId: 'probe',
    quote: { sizeBytes: 100n, durationMs: 10, taskCount: 1 },
    actorId: fixture.ownerId,
  })
  expect(await releaseAbandoned(fixture.database.dataSource)).toBe(0)
  await fixture.query(`update credit_immediate_holds set create_time = now() - interval '1 hour'`)
  await Promise.all(Array.from({ length: 4 }, () => releaseAbandoned(fixture.database.dataSource)))
  expect(await fixture.available(creditClass)).toBe(1_000n)
  // It lived on after all: what was released stays so.
  await held?.settle({ taskSeconds: 1n, outputBytes: 0n })
  expect(await fixture.available(creditClass)).toBe(1_000n)
})
