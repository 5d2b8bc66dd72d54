import { Graph as DagreGraph, type EdgeLabel, layout, type NodeLabel } from '@dagrejs/dagre'
import type { Direction, Graph } from './graph-model'
import { type Size, sizeOf } from './node-size'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Layout extends Size {
  /** Upper left corners, by the boxes' identifiers. */
  readonly places: ReadonlyMap<string, Point>
  /** What an edge passes between its ends, around other boxes, by the edges' identifiers. */
  readonly ways: ReadonlyMap<string, readonly Point[]>
}

/** Pixels between boxes that stand beside, and that stand after each other. */
const besidePx = 28
const afterPx = { right: 62, down: 52 }

export function layOut({ nodes, edges }: Graph, direction: Direction): Layout {
  const graph = new DagreGraph<unknown, NodeLabel, EdgeLabel>({ multigraph: true })
  graph.setGraph({
    rankdir: direction === 'right' ? 'LR' : 'TB',
    nodesep: besidePx,
    ranksep: afterPx[direction],
    edgesep: 18,
  })
  for (const node of nodes) graph.setNode(node.id, { ...sizeOf(node) })
  const known = new Set(nodes.map(({ id }) => id))
  const drawn = edges.filter(({ from, to }) => known.has(from) && known.has(to))
  for (const { id, from, to } of drawn) graph.setEdge(from, to, {}, id)
  layout(graph)

  const places = new Map<string, Point>()
  let [width, height] = [0, 0]
  for (const node of nodes) {
    const size = sizeOf(node)
    const { x = 0, y = 0 } = graph.node(node.id)
    // It tells middles.
    const place = { x: Math.round(x - size.width / 2), y: Math.round(y - size.height / 2) }
    places.set(node.id, place)
    width = Math.max(width, place.x + size.width)
    height = Math.max(height, place.y + size.height)
  }
  const ways = new Map<string, readonly Point[]>()
  for (const { id, from, to } of drawn) {
    // The first and the last lie on the boxes' borders: handles take their place. One alone between them is on the
    // way to a box that stands next, where nothing has to be led around.
    const between = graph.edge(from, to, id)?.points?.slice(1, -1) ?? []
    ways.set(id, between.length > 1 ? between : [])
  }
  return { places, ways, width, height }
}
