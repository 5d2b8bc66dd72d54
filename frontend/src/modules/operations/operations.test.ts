import { PhaseNote } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { OrganizationLoad, RunningTask } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { describe, expect, test } from 'vitest'
import { groupTasks } from './group-tasks'
import { firstChoice, jobChoices, jobsIn, remediesFor } from './job-choice'
import { limitsOf, noLimits, ofLimit, problemWithLimit, toLimitFields } from './limits'

describe('running tasks', () => {
  const task = (organization: string, worker: string, index: number) =>
    RunningTask.fromPartial({
      organization: `organizations/${organization}`,
      organizationDisplayName: organization.toUpperCase(),
      worker: `workers/${worker}`,
      task: index,
    })
  const tasks = [task('b', 'w1', 0), task('a', 'w2', 1), task('b', 'w2', 2)]
  const shape = (by: 'organization' | 'worker') =>
    groupTasks(tasks, by).map(({ title, tasks: members }) => [title, members.map((member) => member.task)])

  test('are grouped by organisation, groups by name and tasks in their order', () => {
    expect(shape('organization')).toEqual([
      ['A', [1]],
      ['B', [0, 2]],
    ])
  })

  test('are grouped by worker', () => {
    expect(shape('worker')).toEqual([
      ['w1', [0]],
      ['w2', [1, 2]],
    ])
  })
})

describe('limits of an organisation', () => {
  const load = OrganizationLoad.fromPartial({
    unfinishedJobsLimit: 1000,
    executingJobsLimit: 100,
    runningTasksLimit: 0,
  })

  test('begin empty while they are the installation’s', () => {
    expect(limitsOf(load)).toEqual(noLimits)
    expect(limitsOf({ ...load, ownLimits: true })).toEqual({
      unfinishedJobs: '1000',
      executingJobs: '100',
      runningTasks: '0',
    })
  })

  test('are sent where they are given, 0 included', () => {
    expect(toLimitFields({ unfinishedJobs: '', executingJobs: '5', runningTasks: '0' })).toEqual({
      executingJobsLimit: 5,
      runningTasksLimit: 0,
    })
    expect(toLimitFields(noLimits)).toEqual({})
  })

  test.each([
    ['', true],
    ['0', true],
    ['1000000', true],
    ['1000001', false],
    ['-1', false],
    ['1.5', false],
    ['many', false],
  ])('"%s" is well formed: %s', (value, good) => expect(problemWithLimit(value) === undefined).toBe(good))

  test('are shown beside what counts against them', () => {
    expect(ofLimit(12, 1_000)).toBe('12 of 1,000')
    expect(ofLimit(12, 0, true)).toBe('12')
    expect(ofLimit(12, 0)).toBe('12 of 0')
  })
})

describe('jobs that have not ended', () => {
  const load = (heldJobs: number, queuedJobs: number, executingJobs: number) =>
    OrganizationLoad.fromPartial({ heldJobs, queuedJobs, executingJobs })

  test('are counted over all organisations', () => {
    expect(jobChoices.map((choice) => jobsIn(choice, [load(1, 2, 3), load(10, 20, 30)]))).toEqual([
      11, 22, 33,
    ])
  })

  test.each([
    ['held', [load(0, 5, 5), load(1, 0, 0)]],
    ['queued', [load(0, 5, 5)]],
    ['executing', [load(0, 0, 5)]],
    ['held', [load(0, 0, 0)]],
    ['held', []],
  ] as const)('are shown from those that are %s on', (choice, loads) =>
    expect(firstChoice(loads)).toBe(choice),
  )

  test.each([
    ['PHASE_QUEUED', '', { hold: true, release: false }],
    ['PHASE_EXECUTING', '', { hold: true, release: false }],
    ['PHASE_HELD', 'HELD_BY_OPERATOR', { hold: false, release: true }],
    ['PHASE_HELD', 'NO_CREDITS', { hold: true, release: true }],
    ['PHASE_SUSPENDED', 'SUSPENDED_BY_OPERATOR', { hold: false, release: true }],
    ['PHASE_SUSPENDED', 'NO_WORKERS', { hold: true, release: false }],
  ] as const)('in %s %s take %o', (phase, reason, remedies) =>
    expect(
      remediesFor({ phase, phaseNote: reason === '' ? undefined : PhaseNote.fromPartial({ reason }) }),
    ).toEqual(remedies),
  )
})
