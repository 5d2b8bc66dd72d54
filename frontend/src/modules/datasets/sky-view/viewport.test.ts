import { describe, expect, test } from 'vitest'
import { fitted, panned, toCanvas, toImage, zoomed } from './viewport'

const image = { widthPx: 4096, heightPx: 2048 }
const canvas = { widthPx: 1024, heightPx: 1024 }
const view = fitted(image, canvas)

describe('the viewport', () => {
  test('shows the whole image, centred, when fitted', () => {
    expect(view.scale).toBe(0.25)
    expect(toCanvas(view, { x: 0.5, y: 2048.5 })).toEqual({ x: 0, y: 256 })
    expect(toCanvas(view, { x: 4096.5, y: 0.5 })).toEqual({ x: 1024, y: 768 })
  })

  test('draws the first row at the bottom', () => {
    expect(toCanvas(view, { x: 1, y: 1 }).y).toBeGreaterThan(toCanvas(view, { x: 1, y: 2 }).y)
  })

  test('goes from image to canvas and back', () => {
    const at = toImage(view, toCanvas(view, { x: 123.4, y: 567.8 }))
    expect(at.x).toBeCloseTo(123.4, 9)
    expect(at.y).toBeCloseTo(567.8, 9)
  })

  test('keeps what is under the pointer there when it zooms', () => {
    const anchor = { x: 700, y: 500 }
    const before = toImage(view, anchor)
    const after = toImage(zoomed(view, image, 3, anchor), anchor)
    expect(after.x).toBeCloseTo(before.x, 9)
    expect(after.y).toBeCloseTo(before.y, 9)
  })

  test('never loses the image, however far it is panned or zoomed', () => {
    const far = panned(view, image, 1e9, -1e9)
    expect([far.centerX, far.centerY]).toEqual([0.5, 0.5])
    expect(zoomed(view, image, 1e9, { x: 0, y: 0 }).scale).toBe(48)
    expect(zoomed(view, image, 1e-9, { x: 0, y: 0 }).scale).toBeCloseTo(0.1, 9)
  })

  test('moves the image with the pointer', () => {
    const before = toCanvas(view, { x: 2000, y: 1000 })
    const after = toCanvas(panned(view, image, 10, -20), { x: 2000, y: 1000 })
    expect(after.x - before.x).toBeCloseTo(10, 9)
    expect(after.y - before.y).toBeCloseTo(-20, 9)
  })
})
