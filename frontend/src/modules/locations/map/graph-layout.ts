import type { ConnectionGraph } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force'

export interface GraphNode {
  readonly index: number
  readonly person: string
  readonly displayName: string
  readonly degree: number
  /** 0 to 1 of the width and of the height. */
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly first: number
  readonly second: number
  readonly durationMs: number
  readonly episodeCount: number
  readonly closestM: number
  /** 0 to 1: of the logarithm of the longest duration. */
  readonly weight: number
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[]
  /** The weak ones first, so that the strong ones are drawn over them. */
  readonly edges: readonly GraphEdge[]
}

/** Enough for hundreds of persons to come to rest. */
const ticks = 260

/** Places persons so that those who were together for long are near each other; the same graph always alike. */
export function layOutGraph(graph: ConnectionGraph, aspectRatio: number): GraphLayout {
  const longest = Math.max(1, ...graph.connections.map(({ durationS }) => Number(durationS)))
  const edges = graph.connections
    .map(
      (connection): GraphEdge => ({
        first: connection.first,
        second: connection.second,
        durationMs: Number(connection.durationS) * 1000,
        episodeCount: connection.episodeCount,
        closestM: connection.closestDistanceM,
        weight: Math.log1p(Number(connection.durationS)) / Math.log1p(longest),
      }),
    )
    .sort((one, other) => one.weight - other.weight)
  const bodies = graph.persons.map((): SimulationNodeDatum => ({}))
  const links = edges.map(
    ({ first, second, weight }): SimulationLinkDatum<SimulationNodeDatum> & { weight: number } => ({
      source: first,
      target: second,
      weight,
    }),
  )
  forceSimulation(bodies)
    .force(
      'link',
      forceLink<SimulationNodeDatum, (typeof links)[number]>(links).distance(
        ({ weight }) => 90 - 60 * weight,
      ),
    )
    .force('charge', forceManyBody().strength(-120))
    .force('collide', forceCollide(14))
    // A wide view is filled sideways.
    .force('x', forceX(0).strength(0.08 / aspectRatio))
    .force('y', forceY(0).strength(0.08 * Math.min(2, aspectRatio)))
    .stop()
    .tick(ticks)
  const scale = (values: readonly number[]) => {
    const least = Math.min(...values)
    const span = Math.max(...values) - least
    return (value: number) => (span === 0 ? 0.5 : (value - least) / span)
  }
  const x = scale(bodies.map((body) => body.x ?? 0))
  const y = scale(bodies.map((body) => body.y ?? 0))
  return {
    edges,
    nodes: graph.persons.map(({ person, displayName, degree }, index) => ({
      index,
      person,
      displayName,
      degree,
      x: x(bodies[index]?.x ?? 0),
      y: y(bodies[index]?.y ?? 0),
    })),
  }
}
