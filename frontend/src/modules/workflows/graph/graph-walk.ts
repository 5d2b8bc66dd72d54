import type { Direction, Graph } from './graph-model'

/**
 * Where an arrow key leads to in a graph: along its direction to what comes next or before, across it to the next or
 * the last in the order in which they run.
 */
export function walkFrom(
  graph: Graph,
  order: readonly string[],
  direction: Direction,
  from: string,
  key: string,
) {
  const along = direction === 'right' ? { ArrowRight: 1, ArrowLeft: -1 } : { ArrowDown: 1, ArrowUp: -1 }
  const across = direction === 'right' ? { ArrowDown: 1, ArrowUp: -1 } : { ArrowRight: 1, ArrowLeft: -1 }
  const steps = new Map(Object.entries(along))
  const turns = new Map(Object.entries(across))
  const forward = steps.get(key)
  if (forward === 1) return graph.edges.find((edge) => edge.from === from)?.to
  if (forward === -1) return graph.edges.find((edge) => edge.to === from)?.from
  const by = turns.get(key)
  if (by !== undefined) return order[order.indexOf(from) + by]
  if (key === 'Home') return order[0]
  if (key === 'End') return order.at(-1)
  return undefined
}
