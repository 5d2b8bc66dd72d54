import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { SharedFigures } from './shared-figures.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** One process's. */
function figuresOf(name: string, options: { freshMs?: number; validMs?: number } = {}) {
  let counts = 0
  const figures = new SharedFigures(database.dataSource, {
    name,
    count: async () => ({ counts: ++counts }),
    ...options,
  })
  return { figures, counts: () => counts }
}

test('of many processes that are asked at once, one counts and all tell', async () => {
  const processes = Array.from({ length: 8 }, () => figuresOf('many'))
  await Promise.all(processes.map(({ figures }) => figures.read()))
  const told = await Promise.all(processes.map(({ figures }) => figures.read()))
  expect(processes.reduce((sum, { counts }) => sum + counts(), 0)).toBe(1)
  expect(told).toEqual(processes.map(() => ({ counts: 1 })))
})

test('what is no longer fresh is counted again, once', async () => {
  const processes = Array.from({ length: 4 }, () => figuresOf('again'))
  await processes[0]?.figures.read()
  await database.dataSource.query(
    `update shared_figures set begin_time = now() - interval '1 min' where name = 'again'`,
  )
  await Promise.all(processes.map(({ figures }) => figures.read()))
  expect(processes.reduce((sum, { counts }) => sum + counts(), 0)).toBe(2)
})

test('what nobody could count for long is not told', async () => {
  const first = figuresOf('failing')
  expect(await first.figures.read()).toEqual({ counts: 1 })
  await database.dataSource.query(
    `update shared_figures set count_time = now() - interval '2 min' where name = 'failing'`,
  )
  expect(await figuresOf('failing').figures.read()).toBeUndefined()
})

test('a count that fails tells nothing, and the next one that is due is made', async () => {
  let fails = true
  const figures = new SharedFigures(database.dataSource, {
    name: 'broken',
    count: async () => {
      if (fails) throw new Error('no')
      return { jobs: 1 }
    },
    freshMs: 0,
  })
  expect(await figures.read()).toBeUndefined()
  fails = false
  expect(await figures.read()).toEqual({ jobs: 1 })
})

test('nobody waits long for a count that does not end', async () => {
  const counting = Promise.withResolvers<{ jobs: number }>()
  const figures = new SharedFigures(database.dataSource, { name: 'slow', count: () => counting.promise })
  expect(await figures.read()).toBeUndefined()
  counting.resolve({ jobs: 2 })
  await expect.poll(() => figures.read()).toEqual({ jobs: 2 })
})
