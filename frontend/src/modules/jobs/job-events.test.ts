import { Job, type JobEvent, ListJobsResponse, type Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { describe, expect, test } from 'vitest'
import { mergedJob, withChangedJob, withoutJob } from './job-change'
import { emptyHistory, lastPhase, withEvent } from './job-events'

const event = (sequence: bigint, value: JobEvent['event']): JobEvent => ({
  sequence,
  time: new Date('2026-11-21T09:00:00Z'),
  event: value,
})
const log = (sequence: bigint, text: string) => event(sequence, { $case: 'log', value: { task: 0, text } })

describe('a job’s history', () => {
  test('takes every event once, whatever a reconnection repeats', () => {
    const events = [
      event(1n, { $case: 'phase', value: { phase: 'PHASE_QUEUED', error: undefined, note: undefined } }),
      event(2n, { $case: 'phase', value: { phase: 'PHASE_EXECUTING', error: undefined, note: undefined } }),
      log(3n, 'one'),
      log(3n, 'one'),
      event(0n, { $case: 'heartbeat', value: {} }),
      log(2n, 'late'),
      event(4n, { $case: 'progress', value: 0.5 }),
    ]
    const history = events.reduce(withEvent, emptyHistory)
    expect(history.lastSequence).toBe(4n)
    expect(history.phases.map(({ phase }) => phase)).toEqual(['PHASE_QUEUED', 'PHASE_EXECUTING'])
    expect(lastPhase(history)).toBe('PHASE_EXECUTING')
    expect(history.log.map(({ text }) => text)).toEqual(['one'])
    expect(history.progress).toBe(0.5)
  })

  test('keeps the end of a long log', () => {
    let history = emptyHistory
    for (let line = 1n; line <= 2_100n; line++) history = withEvent(history, log(line, `line ${line}`))
    expect(history.log).toHaveLength(2_000)
    expect(history.logCount).toBe(2_100)
    expect(history.log.at(-1)?.text).toBe('line 2100')
  })
})

describe('a change of a job', () => {
  const job = Job.fromPartial({
    name: 'organizations/o/jobs/1',
    version: 3n,
    parameters: [{ name: 'ID', value: 'a' }],
  })
  const page = ListJobsResponse.fromPartial({ jobs: [job] })

  test('replaces the job in a list when it is newer', () => {
    const newer = Job.fromPartial({ name: job.name, version: 4n, phase: 'PHASE_EXECUTING' })
    expect(withChangedJob(page, newer).jobs).toEqual([newer])
    expect(withChangedJob(page, { ...newer, version: 3n })).toBe(page)
    expect(withChangedJob(page, { ...newer, name: 'organizations/o/jobs/2' })).toBe(page)
  })

  test('keeps what changes come without', () => {
    const newer = Job.fromPartial({ name: job.name, version: 4n, phase: 'PHASE_EXECUTING' })
    expect(mergedJob(job, newer)).toMatchObject({ phase: 'PHASE_EXECUTING', parameters: [{ value: 'a' }] })
    expect(mergedJob(job, { ...newer, version: 2n })).toBe(job)
  })

  test('keeps with whom a job is shared, and its place for as long as it waits', () => {
    const queuePosition = { jobsAhead: 2, expectedStartTime: undefined }
    const shares = [{ user: 'users/2', displayName: 'Bob', createTime: undefined }]
    const queued: Job = { ...job, phase: 'PHASE_QUEUED', queuePosition, shares }
    const changed = (phase: Phase) => mergedJob(queued, { ...job, version: 4n, phase })
    expect(changed('PHASE_QUEUED')).toMatchObject({ queuePosition, shares })
    expect(changed('PHASE_EXECUTING')).toMatchObject({ queuePosition: undefined, shares })
  })

  test('removes a deleted job', () => {
    expect(withoutJob(page, job.name).jobs).toEqual([])
    expect(withoutJob(page, 'organizations/o/jobs/2')).toBe(page)
  })
})
