import { describe, expect, test } from 'vitest'
import { Slots } from './slots.ts'

describe('slots', () => {
  const never = new AbortController().signal

  test('are given in turn, each once', async () => {
    const slots = new Slots(1)
    const give = await slots.take(never)
    const order: string[] = []
    const second = slots.take(never).then((given) => {
      order.push('second')
      given()
    })
    const third = slots.take(never).then(() => order.push('third'))
    expect(order).toEqual([])
    give()
    give()
    await Promise.all([second, third])
    expect(order).toEqual(['second', 'third'])
  })

  test('are not kept by one who no longer waits', async () => {
    const slots = new Slots(1)
    const give = await slots.take(never)
    const stop = new AbortController()
    const gone = slots.take(stop.signal)
    stop.abort(new Error('no more'))
    await expect(gone).rejects.toThrow('no more')
    await expect(slots.take(stop.signal)).rejects.toThrow('no more')
    give()
    await slots.take(never)
  })
})
