import { expect, test } from 'vitest'
import { type ContainerCounts, type StepState, stepState, type TaskState } from './step-state.ts'

const none: ContainerCounts = {
  total: 0,
  waiting: 0,
  starting: 0,
  running: 0,
  collecting: 0,
  completed: 0,
  failed: 0,
}

const cases: [string, TaskState, Partial<ContainerCounts>, StepState][] = [
  ['is blocked by steps before it', 'BLOCKED', {}, 'BLOCKED'],
  ['waits in the queue', 'WAITING', {}, 'WAITING'],
  ['starts before its containers are known', 'RUNNING', {}, 'STARTING'],
  ['starts while none has begun', 'RUNNING', { total: 3, waiting: 2, starting: 1 }, 'STARTING'],
  ['runs from the first that does', 'RUNNING', { total: 3, waiting: 2, running: 1 }, 'RUNNING'],
  ['runs while others wait for room', 'RUNNING', { total: 3, waiting: 2, completed: 1 }, 'RUNNING'],
  ['collects once none runs any more', 'RUNNING', { total: 3, collecting: 1, completed: 2 }, 'COLLECTING'],
  ['collects while the last is scanned', 'RUNNING', { total: 1, completed: 1 }, 'COLLECTING'],
  ['runs on without a worker', 'WAITING', { total: 1, running: 1 }, 'RUNNING'],
  ['has completed', 'COMPLETED', { total: 1, completed: 1 }, 'COMPLETED'],
  ['has failed', 'FAILED', { total: 2, failed: 1 }, 'FAILED'],
  ['was stopped', 'CANCELLED', { total: 2 }, 'CANCELLED'],
]

test.each(cases)('a step %s', (_, state, counts, expected) => {
  expect(stepState({ state, kept: false }, { ...none, ...counts })).toBe(expected)
})

test('a step that was taken over says so', () => {
  expect(stepState({ state: 'COMPLETED', kept: true }, none)).toBe('KEPT')
})
