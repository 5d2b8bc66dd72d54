import { afterAll, beforeAll, expect, it } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { claimTasks } from '../queue/claim-tasks.ts'
import { endAttempts } from '../task-endings.ts'
import { silent } from '../testing/jobs-fixture.ts'
import { type ChargeFixture, chargeFixture, completed, failed } from './testing/charge-fixture.ts'
import { WaitingJobs } from './waiting-jobs.ts'

/** As many as a machine under load ends in some seconds. */
const JOBS = 60

let fixture: ChargeFixture

beforeAll(async () => {
  fixture = await chargeFixture()
})
afterAll(() => fixture.end())

it('batches of endings, submits, cancels and resumptions at once never wait in a circle, and the books agree', async () => {
  const { dataSource } = fixture.database
  const classes = [
    await fixture.addClass('first', { expireTime: new Date('2100-01-01T00:00:00Z') }),
    await fixture.addClass('second'),
  ]
  for (const code of ['first', 'second']) await fixture.price(code, { freePerMonth: 500n })
  for (const id of classes) await fixture.issue(id, 3_000n)

  const submitted: string[] = []
  const submits = async () => {
    for (let each = 0; each < JOBS / 4; each++) submitted.push(await fixture.submit(['write a', 'write b']))
  }
  const waiting = new WaitingJobs({ dataSource, log: silent })
  let submitting = 4
  const endings = async (worker: string) => {
    for (;;) {
      const attempts = await claimTasks(dataSource, { worker, leaseMs: 60_000, slots: 12 })
      if (attempts.length > 0) {
        const ends = attempts.map((attempt, place) => ({
          attempt,
          end: place % 5 === 4 ? failed : completed(place),
        }))
        await inTransaction(dataSource, (manager) => endAttempts(manager, ends), { attempts: 1 })
        continue
      }
      await Promise.all([waiting.look(), new WaitingJobs({ dataSource, log: silent }).look()])
      const [{ open } = { open: 0 }] = await fixture.query<{ open: number }>(
        `select count(*)::int as open from job_tasks where state in ('WAITING', 'RUNNING') and queued_at is not null`,
      )
      if (open === 0 && submitting === 0) return
    }
  }
  const cancels = async () => {
    while (submitting > 0) {
      const id = submitted[Math.floor(Math.random() * submitted.length)]
      if (id === undefined) {
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      const name = `organizations/observatory/jobs/${id}`
      await Promise.allSettled([
        fixture.handlers.cancelJob({ name }, fixture.alice),
        fixture.operations.holdJob({ job: name, reason: 'Wait.' }, fixture.carol),
        fixture.operations.releaseJob({ job: name }, fixture.carol),
      ])
    }
  }
  await Promise.all([
    ...Array.from({ length: 4 }, () => submits().finally(() => submitting--)),
    endings('pool-a'),
    endings('pool-b'),
    cancels(),
  ])
  await fixture.expectBooksAgree()

  // What still waits or is held ends, too; nothing stays behind.
  for (const id of submitted) {
    await fixture.handlers
      .cancelJob({ name: `organizations/observatory/jobs/${id}` }, fixture.alice)
      .catch((error) => expect(error).toMatchObject({ reason: 'JOB_ALREADY_ENDED' }))
  }
  await fixture.expectBooksAgree()
  const phases = await fixture.query<{ phase: string; jobs: number; captured: string }>(
    `select phase, count(*)::int as jobs, sum(charge_captured) as captured from jobs group by phase`,
  )
  expect(phases.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(JOBS)
  const paid = phases.reduce((sum, { captured }) => sum + BigInt(captured), 0n)
  expect(paid).toBeGreaterThan(0n)
  for (const id of classes) expect(await fixture.held(id)).toBe(0n)
  const left = (await Promise.all(classes.map(fixture.available))).reduce((sum, each) => sum + each, 0n)
  expect(left).toBe(6_000n - paid)
}, 60_000)
