import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('who is alone has waited for the others, and the others wait', async () => {
  const turns = new Turns()
  const going = new Set<string>()
  const seen: string[] = []
  const work = (name: string) => async () => {
    going.add(name)
    seen.push([...going].sort().join(''))
    for (let turn = 0; turn < 3; turn++) await nextTurn()
    going.delete(name)
    return name
  }
  const results = await Promise.all([
    turns.together(work('a')),
    turns.together(work('b')),
    turns.alone(work('X')),
    turns.together(work('c')),
    turns.alone(work('Y')),
    turns.together(work('d')),
  ])
  expect(results).toEqual(['a', 'b', 'X', 'c', 'Y', 'd'])
  expect(seen.slice(0, 4)).toEqual(['a', 'ab', 'X', 'Y'])
  expect(seen.at(-1)).toBe('cd')
})

test('what fails lets the others go on', async () => {
  const turns = new Turns()
  const failing = async () => {
    await nextTurn()
    throw new Error('not this one')
  }
  const failures = [turns.together(failing), turns.alone(failing)]
  const after = turns.alone(async () => 'alone')
  expect(await Promise.allSettled(failures)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  expect(await after).toBe('alone')
  expect(await turns.together(async () => 'together')).toBe('together')
})
