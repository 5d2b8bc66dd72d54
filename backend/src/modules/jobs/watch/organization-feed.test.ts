import type { JobChange } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { expect, it } from 'vitest'
import type { JobNotice } from '../job-notice.ts'
import { type ChangeNews, ChangeReceiver } from './change-receiver.ts'
import { OrganizationFeed } from './organization-feed.ts'

const notice = (jobId: string, sequence: number): JobNotice => ({
  organizationId: 'o',
  jobId,
  sequence: BigInt(sequence),
  phase: 'QUEUED',
  deleted: false,
  job: undefined,
})
const told = (changes: readonly JobChange[]) => changes.map(({ change }) => change?.value)

/** A feed that says of each change "job@sequence", counting what it describes. */
function feedOfNames() {
  let described = 0
  const feed = new OrganizationFeed(async (notices) =>
    notices.map(({ jobId, sequence }): ChangeNews => {
      described++
      return [jobId, { change: { $case: 'deleted', value: `${jobId}@${sequence}` } }]
    }),
  )
  const stopped = new AbortController()
  const running = feed.run(stopped.signal)
  const stop = async () => {
    stopped.abort()
    await running
  }
  const join = (write: (change: JobChange) => boolean, drained = () => Promise.resolve()) => {
    const failures: unknown[] = []
    feed.join(new ChangeReceiver({ write, drained }, (error) => failures.push(error)))
    return failures
  }
  return { feed, join, stop, described: () => described }
}

it('describes each change once and gives everyone the same message', async () => {
  const { feed, join, stop, described } = feedOfNames()
  const receivers = Array.from({ length: 500 }, () => [] as JobChange[])
  for (const changes of receivers) join((change) => changes.push(change) > 0)
  for (let job = 0; job < 30; job++) feed.add(notice(`job ${job}`, 1))
  await expect.poll(() => receivers.every(({ length }) => length === 30)).toBe(true)
  expect(described()).toBe(30)
  for (const changes of receivers) {
    for (const [index, change] of changes.entries()) expect(change).toBe(receivers[0]?.[index])
  }
  await stop()
})

it('tells one that is behind the last change of each job when it has drained', async () => {
  const { feed, join, stop } = feedOfNames()
  const [slow, fast]: JobChange[][] = [[], []]
  let room = 1
  let drain: () => void = () => undefined
  const failures = join(
    (change) => {
      slow?.push(change)
      return --room > 0
    },
    () =>
      new Promise((resolve) => {
        drain = resolve
      }),
  )
  join((change) => (fast?.push(change) ?? 0) > 0)
  for (let sequence = 1; sequence <= 4; sequence++) {
    for (const job of ['a', 'b', 'c']) feed.add(notice(job, sequence))
    await expect.poll(() => told(fast ?? [])).toContain(`c@${sequence}`)
  }
  expect(told(slow ?? [])).toEqual(['a@1'])
  room = Number.POSITIVE_INFINITY
  drain()
  await expect.poll(() => told(slow ?? [])).toEqual(['a@1', 'b@4', 'c@4', 'a@4'])
  feed.add(notice('a', 5))
  await expect.poll(() => told(slow ?? []).at(-1)).toBe('a@5')
  expect(failures).toEqual([])
  await stop()
})

it('ends the watch of one that is too far behind, and of no other', async () => {
  const { feed, join, stop } = feedOfNames()
  const failures = join(
    () => false,
    () => new Promise(() => undefined),
  )
  let received = 0
  const others = join(() => ++received > 0)
  for (let job = 0; job < 10_100; job++) feed.add(notice(`job ${job}`, 1))
  await expect.poll(() => received).toBe(10_100)
  expect(failures[0]).toMatchObject({ reason: 'WATCH_INTERRUPTED' })
  expect(others).toEqual([])
  await stop()
})
