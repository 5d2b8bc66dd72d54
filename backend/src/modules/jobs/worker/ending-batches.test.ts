import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listTasks } from '../job-store.ts'
import { type ClaimedTask, claimTasks } from '../queue/claim-tasks.ts'
import type { AttemptEnd } from '../task-endings.ts'
import { afterTransactions, beforeTransactions } from '../testing/around-transactions.ts'
import { type JobsFixture, jobsFixture } from '../testing/jobs-fixture.ts'
import { submitProbe } from '../testing/submit-probe.ts'
import { EndingBatches } from './ending-batches.ts'

const completed: AttemptEnd = { kind: 'completed', outputs: [], value: null }
const owned = new AbortController().signal

describe('batches of endings', () => {
  let fixture: JobsFixture
  const claim = (slots: number) =>
    claimTasks(fixture.database.dataSource, { worker: 'pool-test', leaseMs: 60_000, slots })
  const add = (batches: EndingBatches, tasks: readonly ClaimedTask[], end: AttemptEnd, signal = owned) =>
    Promise.all(tasks.map((attempt) => batches.add({ attempt, end }, signal)))

  beforeEach(async () => {
    fixture = await jobsFixture()
  })
  afterEach(() => fixture.end())

  it('share a commit among those that come while another is made', async () => {
    await submitProbe(fixture, Array(20).fill('write a'))
    let transactions = 0
    const dataSource = beforeTransactions(fixture.database.dataSource, async () => {
      transactions++
    })
    const outcomes = await add(new EndingBatches(dataSource, () => undefined), await claim(20), completed)
    expect(outcomes).toEqual(Array(20).fill('counted'))
    expect(transactions).toBe(2)
  })

  it('fail the task alone whose result the database refuses', async () => {
    const job = await submitProbe(fixture, ['write a', 'write b', 'write c'])
    const batches = new EndingBatches(fixture.database.dataSource, () => undefined)
    const [first, ...others] = await claim(3)
    const [one, ...rest] = await Promise.all([
      add(batches, others, completed),
      add(batches, first === undefined ? [] : [first], { ...completed, value: 'NUL \0 is no text' }),
    ])
    expect([one, rest]).toEqual([['counted', 'counted'], [['lost']]])
    const tasks = await listTasks(fixture.database.dataSource, job, -1, 10)
    expect(tasks.map(({ state, error }) => [state, error?.reason])).toEqual([
      ['FAILED', 'RESULT_NOT_STORED'],
      ['COMPLETED', undefined],
      ['COMPLETED', undefined],
    ])
  })

  it('are written once the database answers again', async () => {
    await submitProbe(fixture, ['write a'])
    let away = 3
    const dataSource = beforeTransactions(fixture.database.dataSource, async () => {
      if (away-- > 0) throw new Error('Connection terminated unexpectedly')
    })
    const outcomes = await add(new EndingBatches(dataSource, () => undefined), await claim(1), completed)
    expect(outcomes).toEqual(['counted'])
  })

  it('give up an attempt that is lost while the database does not answer', async () => {
    await submitProbe(fixture, ['write a'])
    const lost = new AbortController()
    const dataSource = beforeTransactions(fixture.database.dataSource, async () => {
      lost.abort()
      throw new Error('Connection terminated unexpectedly')
    })
    const ending = add(new EndingBatches(dataSource, () => undefined), await claim(1), completed, lost.signal)
    await expect(ending).rejects.toThrow('terminated')
  })

  it('hand an attempt that had not begun back once: its number may be another attempt by then', async () => {
    const job = await submitProbe(fixture, ['write a'])
    let answers = 0
    const dataSource = afterTransactions(fixture.database.dataSource, async () => {
      if (answers++ > 0) return
      await claim(1)
      throw new Error('Connection terminated unexpectedly')
    })
    const batches = new EndingBatches(dataSource, () => undefined)
    await expect(add(batches, await claim(1), { kind: 'released', began: false })).rejects.toThrow(
      'terminated',
    )
    expect(await listTasks(fixture.database.dataSource, job, -1, 10)).toMatchObject([
      { state: 'RUNNING', attempt: 1 },
    ])
  })
})
