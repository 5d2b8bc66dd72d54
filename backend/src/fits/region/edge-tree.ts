import { angleBetween, cross, dot, newVector, normalize, type Vector } from '../wcs/vector.ts'
import { arcsCross, distanceToArc } from './great-circle.ts'

export type Edge = readonly [a: Vector, b: Vector]

/** Edges that follow one another, within a circle around all of them. */
interface Node {
  readonly center: Vector
  /** Radians; Infinity where no circle of less than a quarter turn holds the edges. */
  readonly radius: number
  readonly sine: number
  readonly cosine: number
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
  readonly #arc: Arc = {
    normal: newVector(),
    length: 0,
    middle: newVector(),
    middleLength: 0,
    cosine: 1,
    sine: 0,
  }

  constructor(edges: readonly Edge[]) {
    this.#root = nodeOf(edges)
  }

  /** Radians from a direction to the nearest edge. */
  distance(direction: Vector): number {
    return nearest(this.#root, direction, Math.PI)
  }

  /** Whether the arc between two directions, shorter than half a turn, crosses an odd number of edges. */
  crossesOddly(from: Vector, to: Vector): boolean {
    const arc = this.#arc
    cross(from, to, arc.normal)
    arc.length = Math.sqrt(dot(arc.normal, arc.normal))
    let chord = 0
    for (let i = 0; i < 3; i++) {
      arc.middle[i] = (from[i] as number) + (to[i] as number)
      chord += ((to[i] as number) - (from[i] as number)) ** 2
    }
    arc.middleLength = Math.sqrt(dot(arc.middle, arc.middle))
    arc.cosine = arc.middleLength / 2
    arc.sine = Math.sqrt(chord) / 2
    return crossings(this.#root, from, to, arc) % 2 === 1
  }
}

/** An arc as the search for what it crosses needs it. */
interface Arc {
  /** Product of the two ends, and its length. */
  readonly normal: Vector
  length: number
  /** Sum of the two ends, and its length. */
  readonly middle: Vector
  middleLength: number
  /** Of half the angle between the ends. */
  cosine: number
  sine: number
}

function nodeOf(edges: readonly Edge[]): Node {
  const { center, radius } = circleAround(edges)
  const bounded = Number.isFinite(radius)
  const node = {
    center,
    radius,
    sine: bounded ? Math.sin(radius) : Number.POSITIVE_INFINITY,
    cosine: bounded ? Math.cos(radius) : -1,
  }
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

function crossings(node: Node, from: Vector, to: Vector, arc: Arc): number {
  // All on one side of the great circle through both ends, or too far from the arc's middle: none is crossed.
  if (Math.abs(dot(arc.normal, node.center)) > arc.length * node.sine + SLACK) return 0
  const nearest = arc.cosine * node.cosine - arc.sine * node.sine
  if (node.radius < 1.5 && dot(arc.middle, node.center) < arc.middleLength * nearest - SLACK) return 0
  let count = 0
  for (const [a, b] of node.edges) if (arcsCross(a, b, from, to)) count++
  if (node.halves === undefined) return count
  const [one, other] = node.halves
  return count + crossings(one, from, to, arc) + crossings(other, from, to, arc)
}
