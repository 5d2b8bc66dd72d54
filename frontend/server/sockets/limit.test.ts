import { expect, it } from 'vitest'
import { Limit } from './limit.ts'

it('runs so many tasks at a time, the others in their order, whatever becomes of them', async () => {
  const limit = new Limit(2)
  const begun: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<number>())
  const results = gates.map((gate, index) =>
    limit.run(() => {
      begun.push(index)
      return gate.promise
    }),
  )
  const settled = Promise.allSettled(results)
  expect(begun).toEqual([0, 1])
  expect(limit.isExceeded).toBe(true)
  gates[1]!.reject(new Error('failed'))
  await expect(results[1]).rejects.toThrow('failed')
  await expect.poll(() => begun).toEqual([0, 1, 2])
  for (const [index, gate] of gates.entries()) gate.resolve(index)
  await settled
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(limit.isExceeded).toBe(false)
  expect(await limit.run(async () => 'again')).toBe('again')
})
