import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newVector, normalize, type Vector, vectorOf } from '../wcs/vector.ts'
import { type Edge, EdgeTree } from './edge-tree.ts'
import { arcsCross, distanceToArc } from './great-circle.ts'

/** An outline around a place, whose corners lie between a fifth of its size and all of it from the middle. */
const outlines = fc
  .record({
    middle: fc.tuple(
      fc.double({ min: 0, max: 360, noNaN: true }),
      fc.double({ min: -80, max: 80, noNaN: true }),
    ),
    sizeDeg: fc.constantFrom(1e-4, 0.01, 1, 30, 120),
    reaches: fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 3, maxLength: 60 }),
  })
  .map(({ middle: [lon, lat], sizeDeg, reaches }) => {
    const center = vectorOf(lon, lat)
    const east = normalize(newVector(-(center[1] as number), center[0] as number, 0))
    const north = vectorOf(lon, lat + 90)
    const corners = reaches.map((reach, i) => {
      const angle = (2 * Math.PI * i) / reaches.length
      const radius = (reach * sizeDeg * Math.PI) / 180
      return towards(center, east, north, angle, radius)
    })
    const edges = corners.map((a, i): Edge => [a, corners[(i + 1) % corners.length] as Vector])
    const near = (angle: number, share: number) =>
      towards(center, east, north, angle, Math.min(3, (share * sizeDeg * Math.PI) / 180))
    return { edges, near }
  })

function towards(center: Vector, east: Vector, north: Vector, angle: number, radius: number): Vector {
  const out = newVector()
  for (let i = 0; i < 3; i++) {
    const sideways = Math.cos(angle) * (east[i] as number) + Math.sin(angle) * (north[i] as number)
    out[i] = Math.cos(radius) * (center[i] as number) + Math.sin(radius) * sideways
  }
  return out
}

const turn = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true })
const share = fc.double({ min: 0, max: 2, noNaN: true })

describe('EdgeTree', () => {
  test('gives the distance that a look at every edge gives', () => {
    fc.assert(
      fc.property(outlines, turn, share, ({ edges, near }, angle, far) => {
        const direction = near(angle, far)
        const each = edges.map(([a, b]) => distanceToArc(direction, a, b))
        expect(new EdgeTree(edges).distance(direction)).toBe(Math.min(...each))
      }),
    )
  })

  test('counts the crossings that a look at every edge counts', () => {
    fc.assert(
      fc.property(outlines, turn, share, turn, share, ({ edges, near }, angle, far, otherAngle, otherFar) => {
        const [from, to] = [near(angle, far), near(otherAngle, otherFar)]
        const count = edges.filter(([a, b]) => arcsCross(a, b, from, to)).length
        expect(new EdgeTree(edges).crossesOddly(from, to)).toBe(count % 2 === 1)
      }),
    )
  })
})
