import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listResults, listTasks } from '../job-store.ts'
import { isTerminal } from '../phase-transitions.ts'
import { type JobsFixture, jobsFixture, phaseOf, processesOf } from '../testing/jobs-fixture.ts'
import { ProbeWorkers } from '../testing/probe-workers.ts'
import { submitProbe } from '../testing/submit-probe.ts'

/** Each test starts two workers as processes, and these their tasks': on a busy machine that takes ten seconds and more. */
const PATIENCE_MS = 30_000

describe('a worker that is killed with SIGKILL in the middle of a job', { timeout: 3 * PATIENCE_MS }, () => {
  let fixture: JobsFixture
  const workers = new ProbeWorkers()
  const start = () => workers.start(fixture)

  beforeEach(async () => {
    fixture = await jobsFixture(PATIENCE_MS)
  })
  afterEach(async () => {
    await workers.killAll()
    await fixture.end()
  })

  it('leaves a job that a later worker finishes, once: one terminal event, each result once', async () => {
    const gate = join(fixture.folder, 'gate')
    const job = await submitProbe(fixture, [`wait ${gate}`, 'write quick', `wait ${gate}`])
    const first = start()
    await fixture.until(job, (events) => events.some(({ kind }) => kind === 'progress'))
    await workers.kill(first)
    await writeFile(gate, '')
    start()
    const events = await fixture.ended(job)
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1))
    expect(events.map(phaseOf).filter((phase) => phase !== undefined && isTerminal(phase))).toEqual([
      'COMPLETED',
    ])
    expect(events.filter((event) => phaseOf(event) === 'EXECUTING')).toHaveLength(1)
    const results = await listResults(fixture.database.dataSource, job)
    expect(results.map(({ taskIndex }) => taskIndex)).toEqual([0, 1, 2])
    const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
    expect(tasks.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
    expect(tasks.filter(({ attempt }) => attempt === 2)).not.toHaveLength(0)
    // Nothing of the dead worker holds on to the queue, and its scratch is removed.
    const locked = await fixture.database.dataSource.query(
      `select locked_by from graphile_worker.jobs where locked_by is not null and locked_by not in (select id from job_workers)`,
    )
    expect(locked).toEqual([])
    await fixture.eventually(async () => (await readdir(join(fixture.folder, 'scratch'))).length === 1)
  })

  it('takes its busy children with it, and costs their tasks no attempt of their limit', async () => {
    const job = await submitProbe(fixture, ['spin'], { maxAttempts: 1 })
    const first = start()
    await fixture.until(job, (events) => events.some((event) => phaseOf(event) === 'EXECUTING'))
    await fixture.eventually(async () => (await childrenOf(first.pid)).length > 0)
    const children = await childrenOf(first.pid)
    await workers.kill(first)
    await fixture.eventually(async () => {
      const running = await processesOf('probe-runner')
      return children.every((pid) => !running.includes(pid))
    })
    start()
    await fixture.eventually(async () => {
      const [task] = await listTasks(fixture.database.dataSource, job, -1, 10)
      return task?.attempt === 2 && task.state === 'RUNNING'
    })
    const attempts = await fixture.database.dataSource.query(
      `select number, reason from job_task_attempts where job_id = $1`,
      [job],
    )
    expect(attempts).toEqual([{ number: 1, reason: 'WORKER_LOST' }])
  })
})

async function childrenOf(parent: number | undefined): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid='])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []))
}
