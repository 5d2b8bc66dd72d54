import { describe, expect, test } from 'vitest'
import { tilePx } from './paint-tile'
import { type PlaneBox, TileSet } from './tile-set'

const view = { west: 0, north: 0, east: 2 * tilePx, south: tilePx }
const made = () => new TileSet<string>({ zoom: 3, pixelRatio: 1, revision: 1 })

/** Paints until nothing is missing. */
function fill(set: TileSet<string>, seen: PlaneBox): string[] {
  const order: string[] = []
  for (let tile = set.next(seen); tile !== undefined; tile = set.next(seen)) {
    tile.isPainted = true
    tile.image = `${tile.place.column}/${tile.place.row}`
    order.push(tile.image)
  }
  return order
}

describe('TileSet', () => {
  test('asks for what is seen before what a pan will need, and for each once', () => {
    const order = fill(made(), view)
    expect(order.slice(0, 2).sort()).toEqual(['0/0', '1/0'])
    expect(order).toHaveLength(12)
    expect(new Set(order).size).toBe(12)
  })

  test('covers a view once all of its tiles are painted', () => {
    const set = made()
    const first = set.next(view)
    expect(set.covers(view)).toBe(false)
    const second = set.next(view)
    if (first !== undefined) first.isPainted = true
    expect(set.covers(view)).toBe(false)
    if (second !== undefined) second.isPainted = true
    expect(set.covers(view)).toBe(true)
  })

  test('forgets what is far from the view, and nothing that is being painted', () => {
    const set = made()
    fill(set, view)
    const painting = set.next({ ...view, west: 4 * tilePx, east: 5 * tilePx })
    const far = { west: 20 * tilePx, north: 0, east: 21 * tilePx, south: tilePx }
    expect(set.forget(view)).toEqual([])
    expect(set.forget(far)).toHaveLength(12)
    expect([...set.tiles()]).toEqual([painting])
  })
})
