import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rows } from '../../sql.ts'
import { PRICE, priceRuns } from '../testing/price-runs.ts'
import { type RunFixture, runFixture } from '../testing/run-fixture.ts'
import { submitSteps } from '../testing/submit-steps.ts'
import { WorkflowWorkers } from '../testing/workflow-workers.ts'
import { expectRunInvariants } from './testing/run-invariants.ts'

// A worker as a process, and three more for each container, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })
const PATIENCE = { timeout: 140_000, interval: 100 }

describe('a run whose last step fails', () => {
  let fixture: RunFixture
  const workers = new WorkflowWorkers()
  beforeEach(async () => {
    fixture = await runFixture()
    await priceRuns(fixture)
    workers.start(fixture)
  })
  afterEach(async () => {
    await workers.killAll()
    await fixture.end()
  })

  test('pays for what all of its containers ran, and not for the run as such', async () => {
    const { dataSource } = fixture.database
    const jobId = await submitSteps(fixture, [
      fixture.payload('sleep 1.2; echo kept > $FAIRLEAD_OUTPUTS/kept.txt', { step: 'compute' }),
      fixture.payload('exit 3', { step: 'fail', needs: [0], priceFactorThousandths: 4000 }),
    ])
    const job = async () => {
      const [found] = await rows<{ phase: string; paid: string; note: string }>(
        dataSource,
        `select phase, charge_captured as paid, charge_note as note from jobs where id = $1`,
        [jobId],
      )
      return found
    }
    await expect.poll(async () => (await job())?.phase, PATIENCE).toBe('ERROR')
    const tasks = await rows<{ state: string; used_seconds: number }>(
      dataSource,
      `select state, used_seconds from job_tasks where job_id = $1 order by index`,
      [jobId],
    )
    expect(tasks).toEqual([
      { state: 'COMPLETED', used_seconds: expect.any(Number) },
      { state: 'FAILED', used_seconds: expect.any(Number) },
    ])
    expect(tasks[0]?.used_seconds).toBeGreaterThan(1)
    // A second is begun, times its price factor.
    expect(tasks[1]?.used_seconds).toBeGreaterThanOrEqual(4)
    const seconds = tasks.reduce((sum, task) => sum + Math.ceil(task.used_seconds), 0)
    expect(await job()).toMatchObject({
      paid: String(PRICE.perTaskSecond * BigInt(seconds)),
      note: expect.stringMatching(new RegExp(`\\(CONTAINER_FAILED\\), and pays for all ${seconds} s`)),
    })
    await expectRunInvariants(fixture, [jobId], 'a step that failed')
  })
})
