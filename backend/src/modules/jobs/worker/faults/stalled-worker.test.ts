import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listResults, listTasks } from '../../job-store.ts'
import { isTerminal } from '../../phase-transitions.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { WorkerProcesses } from './testing/worker-process.ts'

describe('a worker that stalls', () => {
  let fixture: JobsFixture
  let workers: WorkerProcesses
  const tasks = (job: string) => listTasks(fixture.database.dataSource, job, -1, 10)
  const workerIds = async () => {
    const found = await fixture.database.dataSource.query<{ id: string }[]>(`select id from job_workers`)
    return found.map(({ id }) => id)
  }
  const begun = (job: string) =>
    fixture.eventually(async () => (await tasks(job)).every(({ state }) => state === 'RUNNING'))

  beforeEach(async () => {
    fixture = await jobsFixture()
    workers = new WorkerProcesses(fixture)
  })
  afterEach(async () => {
    await workers.end()
    await fixture.end()
  })

  it('and is taken for dead a moment too early goes on with its tasks', async () => {
    const gate = join(fixture.folder, 'gate')
    const env = { FAULT_LEASE_MS: '6000' }
    workers.start({ env })
    const job = await submitProbe(fixture, [`wait ${gate}`])
    await begun(job)
    const [first] = await workerIds()
    const knownSince = async () => {
      const [row] = await fixture.database.dataSource.query<{ since: string }[]>(
        `select started_at::text as since from job_workers where id = $1`,
        [first],
      )
      return row?.since
    }
    const before = await knownSince()
    workers.start({ env })
    await fixture.eventually(async () => (await workerIds()).length === 2)
    // Its own lease runs out, while that of its task, which it took later, holds: the other worker's sweep sees that.
    await fixture.database.dataSource.query(
      `update job_workers set lease_expires_at = now() - interval '1 ms' where id = $1`,
      [first],
    )
    await fixture.eventually(async () => {
      const since = await knownSince()
      return since !== undefined && since !== before
    })
    expect(existsSync(join(fixture.folder, 'scratch', first ?? ''))).toBe(true)
    await writeFile(gate, '')
    expect(phaseOf((await fixture.ended(job)).at(-1)!)).toBe('COMPLETED')
    expect(await tasks(job)).toMatchObject([{ state: 'COMPLETED', attempt: 1 }])
  })

  it('for longer than its leases finds that another one has ended the job, and changes nothing', async () => {
    const gate = join(fixture.folder, 'gate')
    const stalled = workers.start()
    const job = await submitProbe(fixture, [`wait ${gate}`, `wait ${gate}`])
    await begun(job)
    stalled.kill('SIGSTOP')
    workers.start()
    await fixture.eventually(async () => (await tasks(job)).every(({ attempt }) => attempt > 1))
    await writeFile(gate, '')
    const ended = await fixture.ended(job)
    const results = await listResults(fixture.database.dataSource, job)
    stalled.kill('SIGCONT')
    // Awake, it is known again, and works.
    await fixture.eventually(async () => (await workerIds()).length === 2)
    const next = await submitProbe(fixture, ['write on'])
    await fixture.ended(next)
    expect(await fixture.events(job)).toEqual(ended)
    expect(ended.map(phaseOf).filter((phase) => phase !== undefined && isTerminal(phase))).toEqual([
      'COMPLETED',
    ])
    expect(await listResults(fixture.database.dataSource, job)).toEqual(results)
    for (const { objectKey } of results) expect(await fixture.objects.head(objectKey)).toBeDefined()
  })

  it('for so long that others have removed what it had works on when it comes back', async () => {
    const scratch = join(fixture.folder, 'scratch')
    const stalled = workers.start()
    await fixture.ended(await submitProbe(fixture, ['write before']))
    const [id = ''] = await readdir(scratch)
    stalled.kill('SIGSTOP')
    const other = workers.start()
    await fixture.eventually(async () => !(await readdir(scratch)).includes(id))
    stalled.kill('SIGCONT')
    await fixture.eventually(async () => (await workerIds()).includes(id))
    other.kill('SIGTERM')
    await fixture.eventually(async () => !(await workerIds()).some((worker) => worker !== id))
    const job = await submitProbe(fixture, ['write after'])
    expect(phaseOf((await fixture.ended(job)).at(-1)!)).toBe('COMPLETED')
    expect(await tasks(job)).toMatchObject([{ attempt: 1 }])
  })

  it('leaves its folder to the others when it never comes back', async () => {
    const scratch = join(fixture.folder, 'scratch')
    // As one that was killed when no worker of this host was there to see it go from the table.
    await mkdir(join(scratch, 'pool-gone', 'half-written'), { recursive: true })
    workers.start()
    await fixture.eventually(async () => !(await readdir(scratch)).includes('pool-gone'))
  })
})
