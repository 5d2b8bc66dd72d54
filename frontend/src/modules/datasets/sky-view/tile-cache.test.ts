import { describe, expect, test, vi } from 'vitest'
import { type Tile, TileCache } from './tile-cache'
import type { TileAddress } from './tile-grid'

const tile: Tile = { widthPx: 1, heightPx: 1, minimum: 0, maximum: 1, codes: new Uint16Array(1) }
const at = (column: number): TileAddress => ({ level: 0, column, row: 0 })

/** A loader whose answers the test gives. */
function loader() {
  const calls: {
    column: number
    signal: AbortSignal
    resolve: (tile: Tile) => void
    reject: (e: Error) => void
  }[] = []
  const load = (address: TileAddress, signal: AbortSignal) =>
    new Promise<Tile>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      calls.push({ column: address.column, signal, resolve, reject })
    })
  return { calls, load }
}

describe('the tile cache', () => {
  test('loads what is wanted in order, a few at once', async () => {
    const { calls, load } = loader()
    const cache = new TileCache({ load, onChange: () => undefined, concurrency: 2 })
    cache.want([at(3), at(1), at(2)])
    expect(calls.map(({ column }) => column)).toEqual([3, 1])
    calls[0]!.resolve(tile)
    await vi.waitFor(() => expect(calls.map(({ column }) => column)).toEqual([3, 1, 2]))
    expect(cache.get(at(3))).toBe(tile)
    cache.close()
  })

  test('aborts what is no longer wanted and makes room for what is', async () => {
    const { calls, load } = loader()
    const cache = new TileCache({ load, onChange: () => undefined, concurrency: 1 })
    cache.want([at(1)])
    cache.want([at(2)])
    expect(calls[0]!.signal.aborted).toBe(true)
    await vi.waitFor(() => expect(calls.map(({ column }) => column)).toEqual([1, 2]))
    cache.close()
  })

  test('forgets the tiles used longest ago', async () => {
    const { calls, load } = loader()
    const onChange = vi.fn()
    const cache = new TileCache({ load, onChange, concurrency: 9, capacity: 2 })
    cache.want([at(1), at(2)])
    for (const call of calls) call.resolve(tile)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(2))
    cache.get(at(1))
    cache.want([at(3)])
    calls[2]!.resolve(tile)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(3))
    expect([1, 2, 3].map((column) => cache.get(at(column)) !== undefined)).toEqual([true, false, true])
    cache.close()
  })

  test('asks again for a tile that failed', async () => {
    const { calls, load } = loader()
    const cache = new TileCache({ load, onChange: () => undefined, retryMs: 5 })
    cache.want([at(1)])
    calls[0]!.reject(new Error('503'))
    await vi.waitFor(() => expect(calls).toHaveLength(2))
    cache.close()
  })
})
