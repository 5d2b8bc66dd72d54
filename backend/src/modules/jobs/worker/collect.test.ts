import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listResults } from '../job-store.ts'
import { errorOf, type JobsFixture, jobsFixture, phaseOf } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'

describe('a worker that collects what tasks left', () => {
  let fixture: JobsFixture
  const submit = (acts: readonly string[], collect = 'write') =>
    submitProbe(
      fixture,
      acts,
      {},
      {
        service: 'gather',
        collects: true,
        parameters: [...acts.map((value) => ({ name: 'ACT', value })), { name: 'COLLECT', value: collect }],
      },
    )

  beforeAll(async () => {
    fixture = await jobsFixture()
    await fixture.worker()
  })
  afterAll(() => fixture.end())

  it('gives collect the parameters, and every task with its value or its error', async () => {
    const job = await submit(['write a', 'fail b', 'write c'])
    const events = await fixture.ended(job)
    expect(phaseOf(events.at(-1)!)).toBe('COMPLETED')
    const results = await listResults(fixture.database.dataSource, job)
    expect(results.map(({ name, taskIndex }) => [name, taskIndex])).toEqual([['gathered.json', 3]])
    const chunks: Buffer[] = []
    const stream = await fixture.objects.get(results[0]?.objectKey ?? '')
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(stream, 'end')
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    expect(input.parameters).toHaveLength(4)
    expect(input.tasks).toEqual([
      { index: 0, displayName: 'write a', payload: { act: 'write', argument: 'a' }, value: { said: 'a' } },
      {
        index: 1,
        displayName: 'fail b',
        payload: { act: 'fail', argument: 'b' },
        value: null,
        error: { reason: 'TASK_FAILED', message: 'failed as told: b' },
      },
      { index: 2, displayName: 'write c', payload: { act: 'write', argument: 'c' }, value: { said: 'c' } },
    ])
  })

  it('ends the job with the reason of a collect that fails', async () => {
    const job = await submit(['write a'], 'fail')
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'GATHER_FAILED' })
    expect(await listResults(fixture.database.dataSource, job)).toEqual([])
  })

  it('refuses a value that is too large to keep', async () => {
    const job = await submit([`huge ${64 * 1024}`])
    expect(errorOf(await fixture.ended(job))).toMatchObject({ reason: 'TASK_VALUE_UNUSABLE' })
  })
})
