import type { ConnectionGraph, GraphConnection } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { expect, test } from 'vitest'
import { layOutGraph } from './graph-layout'

function graphOf(count: number, connections: [number, number, number][]): ConnectionGraph {
  return {
    persons: Array.from({ length: count }, (_, index) => ({
      person: `organizations/o/persons/${index}`,
      displayName: `Person ${index}`,
      degree: 0,
    })),
    connections: connections.map(
      ([first, second, seconds]): GraphConnection => ({
        first,
        second,
        episodeCount: 1,
        durationS: BigInt(seconds),
        closestDistanceM: 1,
        firstTime: undefined,
        lastTime: undefined,
      }),
    ),
    truncated: false,
  }
}

test('everybody has a place inside the picture, and the same graph the same places', () => {
  const graph = graphOf(30, [
    [0, 1, 60],
    [1, 2, 7200],
    [3, 4, 1],
  ])
  const { nodes } = layOutGraph(graph, 1.6)
  expect(nodes).toHaveLength(30)
  for (const { x, y } of nodes) {
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x).toBeLessThanOrEqual(1)
    expect(y).toBeGreaterThanOrEqual(0)
    expect(y).toBeLessThanOrEqual(1)
  }
  expect(layOutGraph(graph, 1.6).nodes).toEqual(nodes)
})

test('strong connections are drawn last and thickest', () => {
  const { edges } = layOutGraph(
    graphOf(4, [
      [0, 1, 7200],
      [1, 2, 60],
    ]),
    1,
  )
  expect(edges.map(({ durationMs }) => durationMs)).toEqual([60_000, 7_200_000])
  expect(edges.at(-1)?.weight).toBe(1)
})

test('one person alone stands in the middle, and of nobody there is no picture', () => {
  expect(layOutGraph(graphOf(1, []), 1).nodes).toMatchObject([{ x: 0.5, y: 0.5 }])
  expect(layOutGraph(graphOf(0, []), 1)).toEqual({ nodes: [], edges: [] })
})
