import { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { expect, test } from 'vitest'
import { endedNotice } from './ended-notice'

const now = Date.parse('2026-11-21T10:00:00Z')
const job: Job = {
  ...Job.fromPartial({ name: 'organizations/o/jobs/1', runId: 'M 31', owner: 'users/1' }),
  phase: 'PHASE_COMPLETED',
  endTime: new Date(now - 500),
}

test('the owner hears of a job that completed or failed', () => {
  expect(endedNotice(job, 'users/1', now)).toEqual({
    outcome: 'success',
    title: 'Job completed',
    text: 'M 31',
  })
  const error = { reason: 'X', message: 'no memory', transient: false }
  expect(endedNotice({ ...job, phase: 'PHASE_ERROR', error }, 'users/1', now)).toMatchObject({
    outcome: 'failure',
    text: 'M 31: no memory',
  })
})

test('nobody hears of other people’s jobs, of aborts, of jobs that run, or of old news', () => {
  expect(endedNotice(job, 'users/2', now)).toBeUndefined()
  expect(endedNotice({ ...job, phase: 'PHASE_ABORTED' }, 'users/1', now)).toBeUndefined()
  expect(
    endedNotice({ ...job, phase: 'PHASE_EXECUTING', endTime: undefined }, 'users/1', now),
  ).toBeUndefined()
  expect(endedNotice(job, 'users/1', now + 120_000)).toBeUndefined()
})
