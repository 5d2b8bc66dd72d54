import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ClaimedTask } from '../queue/claim-tasks.ts'
import { Dispatcher } from './dispatcher.ts'
import type { HeldTask } from './held-task.ts'
import { TaskPace } from './task-pace.ts'

/** A dispatcher over a queue in memory, whose tasks end when they are told to. */
function harness(concurrency: number, waiting: number, pace = new TaskPace()) {
  const asked: { slots: number; ahead: number }[] = []
  const running = new Map<number, () => void>()
  const released: number[] = []
  const held = new Set<HeldTask>()
  let next = 0
  const dispatcher = new Dispatcher({
    concurrency,
    pace,
    held,
    async claim(slots, ahead) {
      asked.push({ slots, ahead })
      await setImmediate()
      const count = Math.min(slots + ahead, waiting - next)
      return Array.from({ length: count }, () => task(next++))
    },
    run: (each) => new Promise((resolve) => running.set(each.task.index, resolve)),
    release(each) {
      released.push(each.task.index)
      held.delete(each)
    },
    onError: (error) => {
      throw error
    },
  })
  const until = async (condition: () => boolean) => {
    while (!condition()) await setImmediate()
  }
  const end = (index: number) => {
    running.get(index)?.()
    running.delete(index)
  }
  return { dispatcher, asked, running, released, held, until, end }
}

function task(index: number): ClaimedTask {
  return {
    jobId: 'job',
    index,
    attempt: 1,
    worker: 'pool-test',
    organizationId: 'organization',
    service: 'probe',
    ownerId: 'owner',
    run: 1,
    external: false,
    collect: false,
    follows: false,
    payload: null,
    taskCount: 100,
    memoryLimitBytes: 1,
    outputLimitBytes: 1,
    remainingMs: 1_000,
    jobSequence: 3n,
    waitedMs: 0,
    traceparent: undefined,
  }
}

function shortPace(): TaskPace {
  const pace = new TaskPace()
  for (let run = 0; run < 20; run++) pace.note('probe', 5)
  return pace
}

describe('a dispatcher', () => {
  it('that is drained stops what it holds then, and what a claim brings that is on its way', async () => {
    const { dispatcher, running, released, held, until, end } = harness(2, 10)
    dispatcher.open()
    await until(() => running.size === 2)
    end(0)
    await setImmediate()
    await dispatcher.drain()
    expect([...held].map(({ stopReason }) => stopReason)).toEqual([...held].map(() => 'RELEASED'))
    expect(released).toEqual([2])
  })

  it('that is opened again while a claim is on its way keeps what it takes from then on', async () => {
    const { dispatcher, running, released, held, until } = harness(2, 10, shortPace())
    dispatcher.open()
    const drained = dispatcher.drain()
    dispatcher.open()
    await drained
    await until(() => running.size === 2)
    expect(released).toEqual([])
    expect(held.size).toBeGreaterThan(2)
    expect([...held].filter(({ stopReason }) => stopReason !== undefined)).toEqual([])
    await dispatcher.close()
  })

  it('takes as many tasks as it has slots, and another when one ends', async () => {
    const { dispatcher, asked, running, until, end } = harness(2, 10)
    dispatcher.open()
    await until(() => running.size === 2)
    end(0)
    await until(() => running.has(2))
    expect([...running.keys()]).toEqual([1, 2])
    expect(asked.every(({ slots, ahead }) => slots <= 2 && ahead === 0)).toBe(true)
    await dispatcher.close()
  })

  it('looks again only at news once there was nothing more', async () => {
    const { dispatcher, asked, running, until, end } = harness(2, 1)
    dispatcher.open()
    await until(() => running.size === 1 && asked.length >= 1)
    const before = asked.length
    end(0)
    await setImmediate()
    expect(asked).toHaveLength(before)
    dispatcher.wake()
    await until(() => asked.length > before)
    await dispatcher.close()
  })

  it('takes tasks ahead that are known to be short, and hands back those that do not get their turn', async () => {
    const { dispatcher, running, released, held, until } = harness(1, 100, shortPace())
    dispatcher.open()
    await until(() => running.size === 1)
    expect(held.size).toBe(6)
    // The first one turns out to be long.
    await until(() => released.length > 0)
    expect(released).toEqual([1, 2, 3, 4, 5])
    dispatcher.wake()
    await setImmediate()
    expect(held.size).toBe(1)
    await dispatcher.close()
  })

  it('stops what it holds of a job by what it was told after the claim, and not by what it knew', async () => {
    const { dispatcher, running, held, until } = harness(1, 1)
    dispatcher.open()
    await until(() => running.size === 1)
    dispatcher.stopJob('job', 3n)
    expect([...held].map(({ stopReason }) => stopReason)).toEqual([undefined])
    dispatcher.stopJob('other', 9n)
    expect([...held].map(({ stopReason }) => stopReason)).toEqual([undefined])
    dispatcher.stopJob('job', 4n)
    expect([...held].map(({ stopReason }) => stopReason)).toEqual(['LOST'])
    await dispatcher.close()
  })

  it('stops a task of a job that ended while it was being claimed', async () => {
    const { dispatcher, held, running, until } = harness(1, 1)
    dispatcher.open()
    dispatcher.stopJob('job', 4n)
    await until(() => running.size === 1)
    expect([...held].map(({ stopReason }) => stopReason)).toEqual(['LOST'])
    await dispatcher.close()
  })

  it('gives back what was claimed while it was closed', async () => {
    const { dispatcher, released, running } = harness(2, 10)
    dispatcher.open()
    await dispatcher.close()
    expect(released).toEqual([0, 1])
    expect(running.size).toBe(0)
  })
})

describe('the pace of tasks', () => {
  it.each([
    { what: 'is not believed after one run', runs: [1], perSlot: 0 },
    { what: 'lets as much be taken ahead as 25 ms hold', runs: Array(20).fill(5), perSlot: 5 },
    { what: 'is bounded for tasks of no time', runs: Array(20).fill(0), perSlot: 16 },
    { what: 'takes nothing ahead of tasks that are long', runs: Array(20).fill(50), perSlot: 0 },
    {
      what: 'forgets that tasks were short as soon as one is long',
      runs: [...Array(20).fill(1), 500],
      perSlot: 0,
    },
  ])('$what', ({ runs, perSlot }) => {
    const pace = new TaskPace()
    for (const ms of runs) pace.note('probe', ms)
    expect(pace.ahead.perSlot).toBe(perSlot)
    expect(pace.ahead.services).toEqual(perSlot === 0 ? [] : ['probe'])
  })
})
