import type { Point } from './graph-layout'
import type { Direction } from './graph-model'

/** A smooth line through points, as the data of an SVG path: it leaves and enters each in the graph's direction. */
export function edgePath(points: readonly Point[], direction: Direction): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${first.x},${first.y}`
  let last = first
  for (const point of rest) {
    // At least so much, that an edge to a box that stands close by bends as well.
    const reach = Math.max(14, Math.abs(direction === 'right' ? point.x - last.x : point.y - last.y) / 2)
    const [one, two] =
      direction === 'right'
        ? [`${last.x + reach},${last.y}`, `${point.x - reach},${point.y}`]
        : [`${last.x},${last.y + reach}`, `${point.x},${point.y - reach}`]
    path += ` C${one} ${two} ${point.x},${point.y}`
    last = point
  }
  return path
}

/** Something that lies about the middle of the line. */
export function middleOf(points: readonly Point[]): Point {
  const inner = points.length > 2 ? points[Math.floor(points.length / 2)] : undefined
  if (inner !== undefined) return inner
  const [a = { x: 0, y: 0 }] = points
  const b = points.at(-1) ?? a
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}
