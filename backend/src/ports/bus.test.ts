import { expect, it } from 'vitest'
import { matchesPattern } from './bus.ts'

it.each([
  ['jobs.completed.a', 'jobs.completed.a', true],
  ['jobs.*.a', 'jobs.completed.a', true],
  ['jobs.*', 'jobs.completed.a', false],
  ['jobs.#', 'jobs.completed.a', true],
  ['#', 'jobs.completed.a', true],
  ['#.a', 'jobs.completed.a', true],
  ['jobs.#.a', 'jobs.a', true],
  ['jobs.#.b', 'jobs.completed.a', false],
  ['*', 'jobs', true],
  ['jobs', 'jobsx', false],
])('matches %s against %s: %s', (pattern, routingKey, matches) => {
  expect(matchesPattern(pattern, routingKey)).toBe(matches)
})
