import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listTasks } from '../../job-store.ts'
import { isTerminal } from '../../phase-transitions.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { WorkerProcesses } from './testing/worker-process.ts'

describe('memory that runs out', () => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it.each(['grow', 'hoard'])(
    'of a task (%s) ends its job with the reason, and costs the worker nothing',
    async (act) => {
      const worker = workers.start()
      const job = await submitProbe(fixture, [act])
      expect(errorOf(await fixture.ended(job))).toMatchObject({
        reason: 'MEMORY_LIMIT_EXCEEDED',
        transient: false,
      })
      const next = await submitProbe(fixture, ['write on'])
      expect(phaseOf((await fixture.ended(next)).at(-1)!)).toBe('COMPLETED')
      expect(worker.exitCode).toBeNull()
      expect(worker.signalCode).toBeNull()
    },
  )

  it('of a worker hands its tasks to another one when its leases have run out', async () => {
    const gate = join(fixture.folder, 'gate')
    const job = await submitProbe(fixture, [`wait ${gate}`, `wait ${gate}`])
    const first = workers.start({
      preload: new URL('./testing/exhaust-heap.ts', import.meta.url),
      node: ['--max-old-space-size=128'],
    })
    await fixture.eventually(async () => {
      const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
      return tasks.every(({ state }) => state === 'RUNNING')
    })
    const ended = once(first, 'exit')
    first.kill('SIGUSR2')
    const [code, signal] = await ended
    expect(code === 0 || signal === 'SIGKILL').toBe(false)
    workers.start()
    await writeFile(gate, '')
    const events = await fixture.ended(job)
    expect(events.map(phaseOf).filter((phase) => phase !== undefined && isTerminal(phase))).toEqual([
      'COMPLETED',
    ])
    const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
    expect(tasks.map(({ state, attempt }) => [state, attempt])).toEqual([
      ['COMPLETED', 2],
      ['COMPLETED', 2],
    ])
  })
})
