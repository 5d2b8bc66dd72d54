import type { GraphNode } from './graph-model'
import { containersText, stepStateWords } from './step-state-words'

/** What a box says, in one sentence for who does not see it. */
export function nodeSentence(node: GraphNode, before: readonly string[]): string {
  if (node.kind === 'input') return `Input ${node.name}`
  const { progress } = node
  const parts = [
    `Step ${node.name}`,
    node.algorithm === '' ? 'no algorithm yet' : node.algorithm,
    progress === undefined ? '' : stepStateWords(progress.state).label,
    containersText(progress?.containers),
    node.fanOut,
    before.length === 0 ? '' : `after ${before.join(', ')}`,
    node.problem,
  ]
  return parts.filter((part) => part !== '').join(', ')
}
