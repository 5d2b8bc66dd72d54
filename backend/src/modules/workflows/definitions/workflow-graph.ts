import type { WorkflowStep } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'

/** What comes before each: an entry for every node. Names without an entry of their own count for nothing. */
export type Graph = ReadonlyMap<string, readonly string[]>

/** What a step reads, "inputs.{name}" or "steps.{name}". */
export interface Source {
  readonly kind: 'inputs' | 'steps'
  readonly name: string
}

export function sourceOf(from: string): Source {
  const dot = from.indexOf('.')
  return { kind: from.slice(0, dot) === 'steps' ? 'steps' : 'inputs', name: from.slice(dot + 1) }
}

/** Names of the steps that a step comes after, each once. */
export function stepsBefore({ inputs, after }: Pick<WorkflowStep, 'inputs' | 'after'>): string[] {
  const read = inputs.map(({ from }) => sourceOf(from)).filter(({ kind }) => kind === 'steps')
  return [...new Set([...read.map(({ name }) => name), ...after])]
}

export function graphOf(steps: readonly WorkflowStep[]): Graph {
  return new Map(steps.map((step) => [step.name, stepsBefore(step)]))
}

/**
 * Nodes in an order in which each comes after all that it needs, those that are free to be in the order of the graph; and
 * a cycle, from node to node in the direction of the work until the first one again, when there is no such order.
 */
export function ordered(
  graph: Graph,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const order: string[] = []
  const placed = new Set<string>()
  let left = [...graph.keys()]
  while (left.length > 0) {
    const free = left.find((node) => needsOf(graph, node).every((need) => placed.has(need)))
    if (free === undefined) return { cycle: cycleAmong(graph, left) }
    order.push(free)
    placed.add(free)
    left = left.filter((node) => node !== free)
  }
  return { order }
}

function needsOf(graph: Graph, node: string): readonly string[] {
  return (graph.get(node) ?? []).filter((need) => graph.has(need))
}

/** Of nodes each of which needs another one of them: whoever goes back from need to need comes round. */
function cycleAmong(graph: Graph, nodes: readonly string[]): readonly string[] {
  const among = new Set(nodes)
  const walked: string[] = []
  let node = nodes[0]
  while (node !== undefined && !walked.includes(node)) {
    walked.push(node)
    node = needsOf(graph, node).find((need) => among.has(need))
  }
  if (node === undefined) throw new Error('nodes that cannot be ordered need each other')
  const round = walked.slice(walked.indexOf(node)).reverse()
  return [...round.slice(-1), ...round]
}
