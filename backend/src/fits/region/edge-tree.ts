import { angleBetween, cross, dot, newVector, normalize, type Vector } from '../wcs/vector.ts'
import { arcsCross, distanceToArc } from './great-circle.ts'

export type Edge = readonly [a: Vector, b: Vector]

/** Edges that follow one another, within a circle around all of them. */
interface Node {
  readonly center: Vector
  /** Radians; Infinity where no circle of less than a quarter turn holds the edges. */
  readonly radius: number
  readonly sine: number
  /** Either edges or two halves. */
  readonly edges: readonly Edge[]
  readonly halves: readonly [Node, Node] | undefined
}

const LEAF_EDGES = 4
/** What rounding may add to a product of unit vectors. */
const SLACK = 1e-12

/** The outline of a polygon, arranged so that most of its edges need no look: the work grows with their logarithm. */
export class EdgeTree {
  readonly #root: Node
  readonly #normal = newVector()

  constructor(edges: readonly Edge[]) {
    this.#root = nodeOf(edges)
  }

  /** Radians from a direction to the nearest edge. */
  distance(direction: Vector): number {
    return nearest(this.#root, direction, Math.PI)
  }

  /** Whether the arc between two directions, shorter than half a turn, crosses an odd number of edges. */
  crossesOddly(from: Vector, to: Vector): boolean {
    const normal = cross(from, to, this.#normal)
    return crossings(this.#root, from, to, normal, Math.sqrt(dot(normal, normal))) % 2 === 1
  }
}

function nodeOf(edges: readonly Edge[]): Node {
  const { center, radius } = circleAround(edges)
  const node = { center, radius, sine: Number.isFinite(radius) ? Math.sin(radius) : Number.POSITIVE_INFINITY }
  if (edges.length <= LEAF_EDGES) return { ...node, edges, halves: undefined }
  const middle = edges.length >> 1
  return { ...node, edges: [], halves: [nodeOf(edges.slice(0, middle)), nodeOf(edges.slice(middle))] }
}

/** An arc between two points of a circle of less than a quarter turn lies within it. */
function circleAround(edges: readonly Edge[]): { center: Vector; radius: number } {
  const sum = newVector()
  for (const [a] of edges) for (let i = 0; i < 3; i++) sum[i] = (sum[i] as number) + (a[i] as number)
  if (Math.hypot(...sum) < 1e-6) return { center: newVector(0, 0, 1), radius: Number.POSITIVE_INFINITY }
  const center = normalize(sum)
  let radius = 0
  for (const edge of edges) for (const end of edge) radius = Math.max(radius, angleBetween(center, end))
  return { center, radius: radius < 1.5 ? radius + SLACK : Number.POSITIVE_INFINITY }
}

function nearest(node: Node, direction: Vector, known: number): number {
  let best = known
  for (const [a, b] of node.edges) best = Math.min(best, distanceToArc(direction, a, b))
  if (node.halves === undefined) return best
  const [one, other] = node.halves
  const toOne = angleBetween(direction, one.center) - one.radius
  const toOther = angleBetween(direction, other.center) - other.radius
  if (toOne <= toOther) {
    if (toOne < best) best = nearest(one, direction, best)
    if (toOther < best) best = nearest(other, direction, best)
  } else {
    if (toOther < best) best = nearest(other, direction, best)
    if (toOne < best) best = nearest(one, direction, best)
  }
  return best
}

function crossings(node: Node, from: Vector, to: Vector, normal: Vector, length: number): number {
  // All on one side of the great circle through both directions: none is crossed.
  if (Math.abs(dot(normal, node.center)) > length * node.sine + SLACK) return 0
  let count = 0
  for (const [a, b] of node.edges) if (arcsCross(a, b, from, to)) count++
  if (node.halves === undefined) return count
  const [one, other] = node.halves
  return count + crossings(one, from, to, normal, length) + crossings(other, from, to, normal, length)
}
