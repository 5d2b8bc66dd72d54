import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FilesystemObjects } from '../../../../adapters/objects/filesystem.ts'
import type { Objects } from '../../../../ports/objects.ts'
import { listResults, listTasks } from '../../job-store.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../../testing/jobs-fixture.ts'
import { submitProbe } from '../../testing/submit-probe.ts'
import { faultyExecution } from './testing/worker-process.ts'

const run = promisify(execFile)
const signingKey = Buffer.alloc(32, 7)
const attemptFailed = /^attempt 1 failed/

/** A store that fails where it is told to, and otherwise is the given one. */
function failing(objects: Objects, before: (what: 'putFile' | 'deletePrefix') => void): Objects {
  const faulty = Object.create(objects) as Objects
  return Object.assign(faulty, {
    putFile: async (...given: Parameters<Objects['putFile']>) => {
      before('putFile')
      return await objects.putFile(...given)
    },
    deletePrefix: async (...given: Parameters<Objects['deletePrefix']>) => {
      before('deletePrefix')
      await objects.deletePrefix(...given)
    },
  })
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as told`), { code })
}

describe('an object store that fails', () => {
  let fixture: JobsFixture
  const results = (job: string) => listResults(fixture.database.dataSource, job)
  const tasks = (job: string) => listTasks(fixture.database.dataSource, job, -1, 10)
  /** The clean-up of the job now, and not a minute later. */
  const cleanUp = async () => {
    await fixture.database.dataSource.query(
      `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs
       where task_identifier = 'jobs.clean_up'`,
    )
    await fixture.eventually(async () => {
      const left = await fixture.database.dataSource.query(
        `select from graphile_worker.jobs where task_identifier = 'jobs.clean_up'`,
      )
      return left.length === 0
    })
  }
  beforeEach(async () => {
    fixture = await jobsFixture()
  })
  afterEach(() => fixture.end())

  it('between two files of a task publishes neither, and both with the next attempt', async () => {
    let puts = 0
    const objects = failing(fixture.objects, (what) => {
      if (what === 'putFile' && ++puts === 2) throw systemError('EIO')
    })
    await fixture.worker({ ...faultyExecution(), objects })
    const job = await submitProbe(fixture, ['pair'])
    const events = await fixture.until(job, (seen) =>
      seen.some(
        ({ kind, payload }) => kind === 'log' && 'text' in payload && attemptFailed.test(payload.text),
      ),
    )
    expect(JSON.stringify(events.at(-1)?.payload)).toContain('The results could not be stored: EIO')
    expect(events.filter(({ kind }) => kind === 'result')).toEqual([])
    const ended = await fixture.ended(job)
    expect(phaseOf(ended.at(-1)!)).toBe('COMPLETED')
    expect(ended.filter(({ kind }) => kind === 'result')).toHaveLength(2)
    expect(await tasks(job)).toMatchObject([{ state: 'COMPLETED', attempt: 2 }])
    expect((await results(job)).map(({ name }) => name)).toEqual(['first.txt', 'second.txt'])
    await cleanUp()
    const keys = (await results(job)).map(({ objectKey }) => join(fixture.folder, 'objects', objectKey))
    expect((await fixture.storedKeys()).toSorted()).toEqual(keys.toSorted())
  })

  it('for good ends the job with the reason, and leaves nothing', async () => {
    const objects = failing(fixture.objects, (what) => {
      if (what === 'putFile') throw systemError('ENOSPC')
    })
    await fixture.worker({ ...faultyExecution(), objects })
    const job = await submitProbe(fixture, ['pair'], { maxAttempts: 2 })
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'RESULT_NOT_STORED', transient: true })
    expect(await tasks(job)).toMatchObject([{ state: 'FAILED', attempt: 2 }])
    expect(await results(job)).toEqual([])
    await cleanUp()
    expect(await fixture.storedKeys()).toEqual([])
  })

  it('to delete leaves the work to the clean-up, which tries until it is done', async () => {
    let puts = 0
    let refused = 0
    const objects = failing(fixture.objects, (what) => {
      if (what === 'putFile' && ++puts === 2) throw systemError('EIO')
      // What the failed attempt removes after itself, and then the first clean-up.
      if (what === 'deletePrefix' && ++refused <= 2) throw systemError('EIO')
    })
    await fixture.worker({ ...faultyExecution(), objects })
    const job = await submitProbe(fixture, ['pair'])
    expect(phaseOf((await fixture.ended(job)).at(-1)!)).toBe('COMPLETED')
    await fixture.eventually(async () => {
      await fixture.database.dataSource.query(
        `select graphile_worker.reschedule_jobs(array_agg(id), run_at => now()) from graphile_worker.jobs
         where task_identifier = 'jobs.clean_up' and locked_at is null`,
      )
      const left = await fixture.database.dataSource.query(
        `select from graphile_worker.jobs where task_identifier = 'jobs.clean_up'`,
      )
      return left.length === 0
    })
    expect(refused).toBeGreaterThan(2)
    const keys = (await results(job)).map(({ objectKey }) => join(fixture.folder, 'objects', objectKey))
    expect((await fixture.storedKeys()).toSorted()).toEqual(keys.toSorted())
  })
})

/** Whether this process may mount; a disk that is really full takes one of its own. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!mayMount)('a disk that is full (needs the right to mount one)', () => {
  let fixture: JobsFixture
  let disk: string
  const filler = () => join(disk, 'filler')
  /** Takes every block that is left. */
  const fill = async () => {
    const { bavail, bsize } = await statfs(disk)
    await writeFile(filler(), Buffer.alloc(bavail * bsize))
  }

  beforeEach(async () => {
    fixture = await jobsFixture()
    disk = join(fixture.folder, 'disk')
    await mkdir(disk)
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', disk])
  })
  afterEach(async () => {
    await fixture.stopWorkers()
    await run('umount', [disk])
    await fixture.end()
  })

  it.each([
    ['holds the objects', 'objects', 'The results could not be stored: ENOSPC'],
    ['holds what tasks write', 'scratch', 'ENOSPC: no space left on device'],
  ] as const)(
    'and %s costs an attempt, and the job succeeds once there is space',
    async (_name, which, message) => {
      const objects = new FilesystemObjects({
        folder: which === 'objects' ? join(disk, 'objects') : join(fixture.folder, 'objects'),
        signingKey,
      })
      const scratchFolder = which === 'scratch' ? join(disk, 'scratch') : join(fixture.folder, 'scratch')
      await mkdir(join(disk, which), { recursive: true })
      await fixture.worker({ ...faultyExecution(), objects, scratchFolder })
      await fill()
      const job = await submitProbe(fixture, [`flood ${100_000}`])
      const events = await fixture.until(job, (seen) =>
        seen.some(
          ({ kind, payload }) => kind === 'log' && 'text' in payload && attemptFailed.test(payload.text),
        ),
      )
      expect(JSON.stringify(events.at(-1)?.payload)).toContain(message)
      expect(await listResults(fixture.database.dataSource, job)).toEqual([])
      await rm(filler())
      expect(phaseOf((await fixture.ended(job)).at(-1)!)).toBe('COMPLETED')
      const [result] = await listResults(fixture.database.dataSource, job)
      expect(await objects.head(result?.objectKey ?? '')).toMatchObject({ sizeBytes: 100_000 })
    },
  )
})
