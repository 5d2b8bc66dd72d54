import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listResults, listTasks } from '../job-store.ts'
import { type JobsFixture, jobsFixture, phaseOf } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'

describe('a jobs worker', () => {
  let fixture: JobsFixture
  beforeAll(async () => {
    fixture = await jobsFixture()
    await fixture.worker()
  })
  afterAll(() => fixture.end())

  it('runs a job end to end, with its events in order and its result stored', async () => {
    const job = await submitProbe(fixture, ['write hello'])
    const events = await fixture.ended(job)
    expect(events.map((event) => phaseOf(event) ?? event.kind)).toEqual([
      'PENDING',
      'QUEUED',
      'EXECUTING',
      'log',
      'result',
      'COMPLETED',
    ])
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1))
    const [result] = await listResults(fixture.database.dataSource, job)
    expect(result).toMatchObject({
      name: 'answer.txt',
      sizeBytes: 5,
      scanState: 'UNSCANNED',
      stencil: 'hello',
    })
    expect(await listTasks(fixture.database.dataSource, job, -1, 10)).toMatchObject([
      { state: 'COMPLETED', attempt: 1 },
    ])
  })
})
