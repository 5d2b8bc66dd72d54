import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rows } from '../../sql.ts'
import { abortJob } from '../testing/abort-job.ts'
import { PRICE, priceRuns } from '../testing/price-runs.ts'
import { type RunFixture, runFixture } from '../testing/run-fixture.ts'
import { submitSteps } from '../testing/submit-steps.ts'
import { WorkflowWorkers } from '../testing/workflow-workers.ts'
import { expectRunInvariants } from './testing/run-invariants.ts'

// Two workers as processes, and three more for each container, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })
const PATIENCE = { timeout: 140_000, interval: 100 }

describe('a worker that is killed with SIGKILL while containers run', () => {
  let fixture: RunFixture
  const workers = new WorkflowWorkers()
  beforeEach(async () => {
    fixture = await runFixture()
    await priceRuns(fixture)
  })
  afterEach(async () => {
    await workers.killAll()
    await fixture.end()
  })

  const statesOf = async (jobId: string) =>
    (await fixture.containersOf(jobId)).map(({ state }) => state as string)
  const phaseOf = async (jobId: string) => {
    const [job] = await rows<{ phase: string }>(
      fixture.database.dataSource,
      'select phase from jobs where id = $1',
      [jobId],
    )
    return job?.phase
  }
  const paidFor = async (jobId: string) => {
    const [job] = await rows<{ charge_captured: string }>(
      fixture.database.dataSource,
      'select charge_captured from jobs where id = $1',
      [jobId],
    )
    return BigInt(job?.charge_captured ?? -1)
  }
  const gatedSteps = (gate: string) => [
    fixture.payload(
      `while [ ! -e ${gate} ]; do sleep 0.1; done; echo $FAIRLEAD_INSTANCE > $FAIRLEAD_OUTPUTS/number.txt`,
      { step: 'cut', fanOut: { count: 2 }, publish: false },
    ),
    fixture.payload('cat $FAIRLEAD_INPUTS/tile/* > $FAIRLEAD_OUTPUTS/all.txt', {
      step: 'collect',
      inputs: [{ name: 'tile', maxFiles: 10, from: [{ kind: 'step', taskIndex: 0 }] }],
      needs: [0],
    }),
  ]

  test('leaves them to another one: adopted, not repeated', async () => {
    const gate = join(fixture.folder, 'gate')
    const jobId = await submitSteps(fixture, gatedSteps(gate))
    const first = workers.start(fixture)
    await expect.poll(() => statesOf(jobId), PATIENCE).toEqual(['RUNNING', 'RUNNING'])
    await workers.kill(first)
    workers.start(fixture)
    await expect
      .poll(
        () =>
          rows(
            fixture.database.dataSource,
            `select attempt, state from job_tasks where job_id = $1 and index = 0`,
            [jobId],
          ),
        PATIENCE,
      )
      .toEqual([{ attempt: 2, state: 'RUNNING' }])
    expect(await statesOf(jobId)).toEqual(['RUNNING', 'RUNNING'])
    await writeFile(gate, '')
    await expect.poll(() => phaseOf(jobId), PATIENCE).toBe('COMPLETED')
    expect(await fixture.containers.starts()).toBe(3)
    const tasks = await rows<{ used_seconds: number }>(
      fixture.database.dataSource,
      `select failures, used_seconds from job_tasks where job_id = $1 order by index`,
      [jobId],
    )
    expect(tasks).toEqual([
      { failures: 0, used_seconds: expect.any(Number) },
      { failures: 0, used_seconds: expect.any(Number) },
    ])
    const seconds = Math.ceil(tasks.reduce((sum, task) => sum + task.used_seconds, 0))
    expect(await paidFor(jobId)).toBe(PRICE.perJob + PRICE.perTaskSecond * BigInt(seconds))
    // Both containers waited for the gate side by side.
    expect(tasks[0]!.used_seconds).toBeGreaterThan(2)
    expect(
      await rows(fixture.database.dataSource, 'select name from job_results where job_id = $1', [jobId]),
    ).toEqual([{ name: 'all.txt' }])
    await expectRunInvariants(fixture, [jobId], 'a worker that was killed')
  })

  test('and whose job is cancelled before there is another: nothing is left', async () => {
    const jobId = await submitSteps(fixture, gatedSteps(join(fixture.folder, 'never')))
    const first = workers.start(fixture)
    await expect.poll(() => statesOf(jobId), PATIENCE).toEqual(['RUNNING', 'RUNNING'])
    await workers.kill(first)
    await abortJob(fixture, jobId)
    workers.start(fixture)
    await expectRunInvariants(fixture, [jobId], 'a worker that was killed with its job')
    expect(await statesOf(jobId)).toEqual(['CANCELLED', 'CANCELLED'])
    const [cut] = await rows<{ used_seconds: number }>(
      fixture.database.dataSource,
      `select used_seconds from job_tasks where job_id = $1 and index = 0`,
      [jobId],
    )
    // What its owner stops is paid up to there, and no further than somebody watched it.
    expect(await paidFor(jobId)).toBe(PRICE.perTaskSecond * BigInt(Math.ceil(cut?.used_seconds ?? 0)))
  })
})
