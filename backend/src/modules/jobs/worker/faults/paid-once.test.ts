import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChargeFixture, chargeFixture } from '../../charging/testing/charge-fixture.ts'
import { afterTransactions } from '../../testing/around-transactions.ts'
import { ProbeWorkers } from '../../testing/probe-workers.ts'

const PATIENCE_MS = 60_000

describe('a job that costs something is paid for once', { timeout: 2 * PATIENCE_MS }, () => {
  let fixture: ChargeFixture
  let creditClass: string
  const workers = new ProbeWorkers()
  const start = () => workers.start(fixture)
  const phases = () =>
    fixture.query<{ phase: string; jobs: number }>(
      `select phase, count(*)::int as jobs from jobs group by phase order by phase`,
    )

  beforeEach(async () => {
    fixture = await chargeFixture()
    creditClass = await fixture.addClass('class')
    await fixture.price('class')
  })
  afterEach(async () => {
    await workers.killAll()
    await fixture.end()
  })

  it('by whichever worker ends it, when workers are killed with SIGKILL again and again', async () => {
    await fixture.issue(creditClass, 100_000n)
    const gate = join(fixture.folder, 'gate')
    const jobs = await Promise.all(
      Array.from({ length: 12 }, (_, place) =>
        fixture.submit(place % 3 === 0 ? [`wait ${gate}`, 'write a'] : ['write a', 'write b']),
      ),
    )
    await writeFile(gate, '')
    for (let round = 0; round < 3; round++) {
      const worker = start()
      const before = (await phases()).find(({ phase }) => phase === 'COMPLETED')?.jobs ?? 0
      await expect
        .poll(
          async () => {
            const now = await phases()
            return now.some(
              ({ phase, jobs: count }) => phase === 'COMPLETED' && (count > before || count === jobs.length),
            )
          },
          { timeout: PATIENCE_MS, interval: 20 },
        )
        .toBe(true)
      await workers.kill(worker)
      await fixture.expectBooksAgree()
    }
    start()
    await expect
      .poll(phases, { timeout: PATIENCE_MS, interval: 100 })
      .toEqual([{ phase: 'COMPLETED', jobs: jobs.length }])
    await fixture.expectBooksAgree()
    const captures = await fixture.query(
      `select count(*)::int as captures from credit_transactions where kind = 'JOB_CAPTURE'`,
    )
    expect(captures).toEqual([{ captures: jobs.length }])
    expect(await fixture.held(creditClass)).toBe(0n)
  })

  it('also when the answer to its COMMIT is lost', async () => {
    await fixture.issue(creditClass, 1_000n)
    let lost = 0
    const dataSource = afterTransactions(fixture.database.dataSource, async () => {
      if (lost++ < 3) throw new Error('the connection ended before the answer came')
    })
    const id = await fixture.submit(['write a'])
    await fixture.worker({ dataSource })
    await expect
      .poll(async () => (await fixture.charge(id)).phase, { timeout: PATIENCE_MS })
      .toBe('COMPLETED')
    expect(lost).toBeGreaterThan(0)
    await fixture.expectBooksAgree()
    expect(await fixture.held(creditClass)).toBe(0n)
  })

  it('or not at all, when it takes longer than it may', async () => {
    await fixture.issue(creditClass, 1_000n)
    const id = await fixture.submit(['spin'], { executionDuration: { seconds: 1n, nanos: 0 } })
    await fixture.worker({ sweepMs: 600_000 })
    await expect.poll(async () => (await fixture.charge(id)).phase, { timeout: PATIENCE_MS }).toBe('ERROR')
    await fixture.expectBooksAgree()
    expect(await fixture.available(creditClass)).toBe(1_000n)
  })

  it('and goes on by itself within moments when credits arrive', async () => {
    await fixture.worker({ sweepMs: 600_000 })
    const id = await fixture.submit(['write a'])
    expect(await fixture.charge(id)).toMatchObject({ phase: 'HELD', charge_state: 'WAITING' })
    // Announced: no sweep looks within this test.
    await fixture.issue(creditClass, 1_000n)
    await expect
      .poll(async () => (await fixture.charge(id)).phase, { timeout: PATIENCE_MS })
      .toBe('COMPLETED')
    await fixture.expectBooksAgree()
  })

  it('and goes on by a sweep when nobody was told that credits arrived', async () => {
    const id = await fixture.submit(['write a'])
    await fixture.query(`delete from credit_waiters`)
    await fixture.issue(creditClass, 1_000n)
    await fixture.worker({ sweepMs: 200 })
    await expect
      .poll(async () => (await fixture.charge(id)).phase, { timeout: PATIENCE_MS })
      .toBe('COMPLETED')
    await fixture.expectBooksAgree()
  })
})
