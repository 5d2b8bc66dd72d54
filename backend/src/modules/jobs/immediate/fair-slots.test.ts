import { describe, expect, test } from 'vitest'
import { FairSlots, type ReleaseSlot } from './fair-slots.ts'

const patient = new AbortController().signal

/** Takes a slot for each key in order, and gives back one at a time: the order in which they were served. */
async function orderOfService(slots: number, keys: readonly string[]): Promise<string[]> {
  const fair = new FairSlots(slots)
  const served: string[] = []
  const held: ReleaseSlot[] = []
  const all = keys.map(async (key) => {
    const release = await fair.take(key, patient)
    served.push(key)
    held.push(release)
  })
  while (served.length < keys.length) {
    await Promise.resolve()
    held.shift()?.()
    await new Promise(setImmediate)
  }
  await Promise.all(all)
  return served
}

describe('slots that organisations share', () => {
  test('are given in the order of asking when one asks alone', async () => {
    const fair = new FairSlots(1)
    const order: number[] = []
    await Promise.all(
      [1, 2, 3].map(async (wish) => {
        const release = await fair.take('a', patient)
        order.push(wish)
        release()
      }),
    )
    expect(order).toEqual([1, 2, 3])
  })

  test('go in turns, so that a single wish waits for one turn of whoever asks for everything', async () => {
    const order = await orderOfService(1, ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'c'])
    expect(order.slice(0, 4).toSorted()).toEqual(['a', 'a', 'b', 'c'].toSorted())
    expect(order.indexOf('b')).toBeLessThanOrEqual(3)
  })

  test('go to who holds the fewest', async () => {
    const fair = new FairSlots(3)
    const first = await fair.take('a', patient)
    await fair.take('a', patient)
    await fair.take('b', patient)
    const order: string[] = []
    const more = ['a', 'b'].map((key) => fair.take(key, patient).then(() => order.push(key)))
    // Now a holds one and b holds one, and b was served last: it is a's turn.
    first()
    await new Promise(setImmediate)
    expect(order).toEqual(['a'])
    void more
  })

  test('are not more than there are', async () => {
    const fair = new FairSlots(2)
    let running = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, wish) => {
        const release = await fair.take(`key ${wish % 3}`, patient)
        running++
        most = Math.max(most, running)
        await new Promise(setImmediate)
        running--
        release()
        release()
      }),
    )
    expect(most).toBe(2)
  })

  test('are not kept for who has left', async () => {
    const fair = new FairSlots(1)
    const release = await fair.take('a', patient)
    const leaver = new AbortController()
    const left = fair.take('b', leaver.signal)
    const next = fair.take('c', patient)
    leaver.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    release()
    expect(await next).toBeTypeOf('function')
    await expect(fair.take('d', AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })
})
