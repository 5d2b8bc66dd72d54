import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Bus, BusEvent, DeliveredEvent, Subscription } from '../../ports/bus.ts'

export interface BusUnderTest {
  readonly dataSource: DataSource
  /** Another process's view of the same bus. */
  open(): Promise<Bus>
  close(): Promise<void>
}

/** What every bus adapter keeps to. */
export function busContract(name: string, start: () => Promise<BusUnderTest>): void {
  describe(`the bus over ${name}`, () => {
    let under: BusUnderTest
    let publisher: Bus
    let subscriber: Bus
    const subscriptions: Subscription[] = []
    const event = (routingKey: string, payload = {}): BusEvent => ({ routingKey, payload })
    const publish = (...events: readonly BusEvent[]) =>
      under.dataSource.transaction(async (manager) => {
        for (const each of events) await publisher.publish(manager, each)
      })
    const collect = async (pattern: string) => {
      const seen: DeliveredEvent[] = []
      subscriptions.push(
        await subscriber.subscribe(pattern, async (each) => {
          seen.push(each)
        }),
      )
      return seen
    }
    const eventually = async (condition: () => boolean) => {
      const deadline = performance.now() + 10_000
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('not delivered in time')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }

    beforeAll(async () => {
      under = await start()
      publisher = await under.open()
      subscriber = await under.open()
    })
    afterEach(async () => {
      for (const subscription of subscriptions.splice(0)) await subscription.close()
    })
    afterAll(async () => {
      await publisher.close()
      await subscriber.close()
      await under.close()
    })

    it('delivers what commits to another process, with its payload, in order', async () => {
      const seen = await collect('jobs.#')
      await publish(event('jobs.created.a', { n: 1 }), event('jobs.queued.a', { n: 2 }))
      await publish(event('jobs.completed.a', { n: 3, text: 'ü'.repeat(20_000) }))
      await eventually(() => seen.length === 3)
      expect(seen.map(({ payload }) => payload['n'])).toEqual([1, 2, 3])
      expect(seen[2]?.payload['text']).toBe('ü'.repeat(20_000))
      expect(new Set(seen.map(({ id }) => id)).size).toBe(3)
    })

    it('delivers nothing of a transaction that is rolled back', async () => {
      const seen = await collect('#')
      const failed = under.dataSource.transaction(async (manager) => {
        await publisher.publish(manager, event('jobs.created.lost'))
        throw new Error('rolled back')
      })
      await expect(failed).rejects.toThrow('rolled back')
      await publish(event('jobs.created.kept'))
      await eventually(() => seen.length > 0)
      expect(seen.map(({ routingKey }) => routingKey)).toEqual(['jobs.created.kept'])
    })

    it('delivers to every subscription whose pattern matches, and to no other', async () => {
      const [ofOne, ofAll, ofOther] = [
        await collect('jobs.*.one'),
        await collect('jobs.#'),
        await collect('files.#'),
      ]
      await publish(event('jobs.created.one'), event('jobs.created.two'))
      await eventually(() => ofAll.length === 2)
      expect(ofOne.map(({ routingKey }) => routingKey)).toEqual(['jobs.created.one'])
      expect(ofOther).toEqual([])
    })

    it('hands an event to its handler again when that failed, before any later one', async () => {
      const seen: unknown[] = []
      let failures = 2
      subscriptions.push(
        await subscriber.subscribe('again.#', async ({ payload }) => {
          seen.push(payload['n'])
          if (failures-- > 0) throw new Error('not yet')
        }),
      )
      await publish(event('again.a.b', { n: 1 }), event('again.a.b', { n: 2 }))
      await eventually(() => seen.length === 4)
      expect(seen).toEqual([1, 1, 1, 2])
    })

    it('delivers nothing to a subscription that was closed', async () => {
      const key = `closed.${randomUUID()}`
      const closed: DeliveredEvent[] = []
      const subscription = await subscriber.subscribe('closed.#', async (each) => {
        closed.push(each)
      })
      await subscription.close()
      const open = await collect('closed.#')
      await publish(event(key))
      await eventually(() => open.length === 1)
      expect(closed).toEqual([])
    })
  })
}
