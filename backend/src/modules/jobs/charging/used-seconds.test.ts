import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PricingService } from '../../credits/billing/index.ts'
import { keptPrefix } from '../job.ts'
import { claimTasks } from '../queue/claim-tasks.ts'
import type { AttemptEnd } from '../task-endings.ts'
import { probeService } from '../testing/probe-service.ts'
import { stepService } from '../testing/step-service.ts'
import { type ChargeFixture, chargeFixture, completed, failed } from './testing/charge-fixture.ts'

/** A byte of results costs 1. */
const BYTE = 1_000_000_000n
/** In credits: 100 for the job, 10 for a second. */
const price = { perJob: 100n, perTaskSecond: 10n, perOutputGb: BYTE, freePerMonth: 0n }

describe('a job that is paid by what was used elsewhere', () => {
  let fixture: ChargeFixture
  let classId: string
  let round = 0
  const submit = (steps: readonly string[], more: object = {}) => {
    const parameters = steps.map((value) => ({ name: 'STEP', value }))
    return fixture.submit([], { service: 'steps', parameters, ...more })
  }
  const claim = () =>
    claimTasks(fixture.database.dataSource, {
      worker: 'pool-test',
      leaseMs: 60_000,
      slots: 9,
      external: true,
    })
  const used = (usedSeconds: number, ...sizes: number[]): AttemptEnd =>
    ({ ...completed(...sizes), usedSeconds }) as AttemptEnd
  const update = (id: string, seconds: number) =>
    fixture.handlers.updateJob(
      {
        name: `${fixture.parent}/jobs/${id}`,
        updateMask: ['execution_duration'],
        parameters: [],
        runId: '',
        executionDuration: { seconds: BigInt(seconds), nanos: 0 },
        destructionTime: undefined,
      },
      fixture.alice,
    )

  beforeAll(async () => {
    fixture = await chargeFixture({ services: [probeService, stepService] })
  })
  beforeEach(async () => {
    await fixture.clear()
    round++
    classId = await fixture.addClass(`used-${round}`)
    const pricing = new PricingService({ dataSource: fixture.database.dataSource, services: ['steps'] })
    await pricing.set('steps', `used-${round}`, price, fixture.ownerId)
    await fixture.issue(classId, 10_000n)
  })
  afterEach(() => fixture.expectBooksAgree())
  afterAll(() => fixture.end())

  it('is quoted by what its tasks may use, and no more than in the time that it may run', async () => {
    const parameters = ['a', 'b<a'].map((value) => ({ name: 'STEP', value }))
    const quote = await fixture.handlers.quoteJob(
      { parent: fixture.parent, service: 'steps', parameters },
      fixture.alice,
    )
    // Each 10 s expected; at most 200 s, but 2 for each of 60 s. And 200 bytes.
    expect(quote.price).toMatchObject({ expected: 100n + 200n + 200n, atMost: 100n + 2_400n + 200n })
    const brief = await submit(['a'], { executionDuration: { seconds: 10n, nanos: 0 } })
    expect(await fixture.charge(brief)).toMatchObject({ charge_at_most: String(100n + 200n + 100n) })
  })

  it('pays what was used, begun seconds of each task counting whole, however long its tasks took', async () => {
    const job = await submit(['a', 'b<a'])
    const [a] = await claim()
    await fixture.ran(a, 500)
    await fixture.endTask(a, used(7.2, 20))
    const [b] = await claim()
    await fixture.ran(b, 500)
    await fixture.endTask(b, used(0))
    expect(await fixture.charge(job)).toMatchObject({
      phase: 'COMPLETED',
      charge_captured: String(100n + 80n + 20n),
    })
  })

  it('never pays more than was held', async () => {
    const job = await submit(['a'])
    await fixture.endTask((await claim())[0], used(1_000_000))
    expect(await fixture.charge(job)).toMatchObject({ charge_captured: String(100n + 1_200n + 100n) })
  })

  it('pays nothing when one of its tasks failed', async () => {
    const job = await submit(['a', 'b<a'])
    await fixture.endTask((await claim())[0], used(50))
    await fixture.endTask((await claim())[0], failed)
    expect(await fixture.charge(job)).toMatchObject({
      phase: 'ERROR',
      charge_state: 'SETTLED',
      charge_captured: '0',
    })
    expect(await fixture.available(classId)).toBe(10_000n)
  })

  it('is quoted anew when it is given more time before it runs', async () => {
    const job = await submit(['a'], { keepPending: true, executionDuration: { seconds: 10n, nanos: 0 } })
    await update(job, 30)
    await fixture.handlers.runJob({ name: `${fixture.parent}/jobs/${job}` }, fixture.alice)
    expect(await fixture.charge(job)).toMatchObject({ charge_at_most: String(100n + 600n + 100n) })
    // Once it holds what it costs at most, that stays.
    await update(job, 60)
    expect(await fixture.charge(job)).toMatchObject({ charge_at_most: String(100n + 600n + 100n) })
  })

  it('holds and pays for what another try has left to run', async () => {
    const job = await submit(['a', 'b<a'])
    await fixture.endTask((await claim())[0], used(50, 40))
    await fixture.endTask((await claim())[0], failed)
    const again = await fixture.module.retries.retry(
      {
        organizationId: fixture.organizationId,
        userId: fixture.ownerId,
        displayName: 'Alice',
        permissions: new Set(['jobs.submit']),
        managesJobs: false,
      },
      job,
      {
        requestId: undefined,
        estimate: async () => ({
          sizeBytes: 30,
          durationMs: 10,
          usedSeconds: { expected: 1, atMost: 20, perSecond: 1 },
        }),
        copy: async (jobId, kept) =>
          new Map(
            kept.map(({ index, outputs }) => [
              index,
              outputs.map((output, place) => ({
                ...output,
                objectKey: `${keptPrefix(jobId, index)}${place}`,
              })),
            ]),
          ),
      },
      new AbortController().signal,
    )
    expect(await fixture.charge(again.job.id)).toMatchObject({ charge_at_most: String(100n + 200n + 30n) })
    await fixture.endTask((await claim())[0], used(3, 10))
    expect(await fixture.charge(again.job.id)).toMatchObject({
      phase: 'COMPLETED',
      charge_captured: String(100n + 30n + 10n),
    })
  })

  it('waits for credits as other jobs do, and holds what it was quoted', async () => {
    const jobs: string[] = []
    // Each holds 1,400 of 10,000.
    for (let each = 0; each < 8; each++) jobs.push(await submit([`t${each}`]))
    expect(await fixture.charge(jobs.at(-1) ?? '')).toMatchObject({ phase: 'HELD', charge_at_most: '1400' })
  })
})
