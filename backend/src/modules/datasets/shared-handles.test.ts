import { beforeEach, describe, expect, test } from 'vitest'
import { SharedHandles } from './shared-handles.ts'

describe('shared handles', () => {
  let opened: string[]
  let closed: string[]
  let failures: unknown[]
  let handles: SharedHandles<string>
  const use = <Result>(key: string, work: (handle: string) => Promise<Result>) =>
    handles.use(
      key,
      async () => {
        opened.push(key)
        return key
      },
      work,
    )
  const touch = (key: string) => use(key, async (handle) => handle)

  beforeEach(() => {
    opened = []
    closed = []
    failures = []
    handles = new SharedHandles<string>(
      2,
      async (handle) => {
        closed.push(handle)
      },
      (error) => failures.push(error),
    )
  })

  test('open once for readers at the same time and one after the other', async () => {
    await Promise.all([touch('a'), touch('a')])
    await touch('a')
    expect(opened).toEqual(['a'])
    expect(closed).toEqual([])
  })

  test('close the one used longest ago when there are too many', async () => {
    await touch('a')
    await touch('b')
    await touch('a')
    await touch('c')
    await expect.poll(() => closed).toEqual(['b'])
    await touch('b')
    expect(opened).toEqual(['a', 'b', 'c', 'b'])
  })

  test('close an evicted one after its last reader', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const reading = use('a', async (handle) => {
      await promise
      expect(closed).toEqual([])
      return handle
    })
    await touch('b')
    await touch('c')
    resolve()
    expect(await reading).toBe('a')
    await expect.poll(() => closed).toEqual(['a'])
  })

  test('open afresh after a failure, but not after a reader gave up', async () => {
    await expect(use('a', () => Promise.reject(new Error('bad')))).rejects.toThrow('bad')
    await touch('a')
    expect(opened).toEqual(['a', 'a'])
    await expect(use('a', () => Promise.reject(new DOMException('gave up', 'AbortError')))).rejects.toThrow(
      'gave up',
    )
    await touch('a')
    expect(opened).toEqual(['a', 'a'])
  })

  test('try again after one that did not open', async () => {
    let attempts = 0
    const open = async () => {
      attempts += 1
      if (attempts === 1) throw new Error('not yet')
      return 'a'
    }
    await expect(handles.use('a', open, async (handle) => handle)).rejects.toThrow('not yet')
    expect(await handles.use('a', open, async (handle) => handle)).toBe('a')
  })

  test('close all in the end, and report one that does not close', async () => {
    await touch('a')
    await touch('b')
    await handles.close()
    expect(closed.toSorted()).toEqual(['a', 'b'])
    const stubborn = new SharedHandles<string>(
      1,
      () => Promise.reject(new Error('stuck')),
      (error) => failures.push(error),
    )
    await stubborn.use(
      'a',
      async () => 'a',
      async () => undefined,
    )
    await stubborn.close()
    expect(failures).toEqual([new Error('stuck')])
  })
})
