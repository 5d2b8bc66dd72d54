import { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { describe, expect, test } from 'vitest'
import { jobRemark } from './job-remark'
import { phasesAhead } from './phases-ahead'
import { expectedStart, queuePlace } from './queue-place'
import { attemptsLabel, countsAgainstTask, retryLabel } from './task-attempts'

const now = Date.parse('2026-11-21T10:00:00Z')
const inSeconds = (seconds: number) => new Date(now + seconds * 1000)

describe('a job that waits', () => {
  const position = (jobsAhead: number, seconds?: number) => ({
    jobsAhead,
    expectedStartTime: seconds === undefined ? undefined : inSeconds(seconds),
  })

  test.each([
    [0, 'Next in line'],
    [1, '1 job ahead'],
    [12, '12 jobs ahead'],
  ])('with %d before it says "%s"', (ahead, text) => expect(queuePlace(position(ahead))).toBe(text))

  test.each([
    [-30, 'starts at any moment'],
    [4, 'starts at any moment'],
    [33, 'starts in about 35 s'],
    [200, 'starts in about 3 min'],
    [7_400, 'starts in about 2 h'],
  ])('and is expected in %d s %s', (seconds, text) =>
    expect(expectedStart(position(0, seconds), now)).toBe(text),
  )

  test('has no expected start without workers', () => {
    expect(expectedStart(position(0), now)).toBe('no worker takes tasks now')
  })
})

describe('a list remarks', () => {
  const job = (partial: Partial<Job>) => ({ ...Job.fromPartial({ taskCount: 60 }), ...partial })
  const phaseNote = { reason: 'HELD_BY_OPERATOR', message: 'Ask the operator.', ownerMayRun: false }

  test('why a job is held', () => {
    expect(jobRemark(job({ phase: 'PHASE_HELD', phaseNote }))).toBe('Ask the operator.')
    expect(jobRemark(job({ phase: 'PHASE_QUEUED', phaseNote }))).toBeUndefined()
  })

  test('that some tasks failed, unless the job failed as a whole', () => {
    expect(jobRemark(job({ phase: 'PHASE_COMPLETED', tasksFailed: 3 }))).toBe('3 of 60 tasks failed')
    expect(jobRemark(job({ phase: 'PHASE_ERROR', tasksFailed: 60 }))).toBeUndefined()
    expect(jobRemark(job({ phase: 'PHASE_COMPLETED' }))).toBeUndefined()
  })
})

describe('attempts of a task', () => {
  const exit = (reason: string) => ({ exit: { reason, message: '', transient: true } })

  test('that the worker lost or gave back do not count', () => {
    expect(countsAgainstTask(exit('OUT_OF_MEMORY'))).toBe(true)
    expect(countsAgainstTask(exit('WORKER_LOST'))).toBe(false)
    expect(countsAgainstTask(exit('RELEASED'))).toBe(false)
  })

  test('are counted in words', () => {
    expect(attemptsLabel([exit('WORKER_LOST')])).toBe('An attempt did not complete it: WORKER_LOST')
    expect(attemptsLabel([exit('WORKER_LOST'), exit('TIMEOUT')])).toBe(
      '2 attempts did not complete it, the last: TIMEOUT',
    )
  })

  test('wait for the next', () => {
    expect(retryLabel(inSeconds(12.4), now)).toBe('again in 12 s')
    expect(retryLabel(inSeconds(-1), now)).toBe('again at any moment')
  })
})

test('a held job is queued again, and a suspended one goes on', () => {
  expect(phasesAhead('PHASE_HELD')).toEqual(phasesAhead('PHASE_PENDING'))
  expect(phasesAhead('PHASE_SUSPENDED')).toEqual(['PHASE_EXECUTING', 'PHASE_COMPLETED'])
  expect(phasesAhead('PHASE_COMPLETED')).toEqual([])
})
