import type { FanOut, WorkflowSpec } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import type { Graph, GraphEdge, GraphNode } from './graph-model'

/** What is known of an algorithm beside its reference: the names of its inputs. */
export type PortsOf = (algorithm: string) => readonly string[]

export const stepId = (name: string) => `steps.${name}`
export const inputId = (name: string) => `inputs.${name}`

/**
 * @param portsOf gives each input a handle of its own; undefined where nothing is connected by hand
 * @param problems what is wrong, by the identifiers of boxes
 */
export function specGraph(
  spec: Pick<WorkflowSpec, 'inputs' | 'steps'>,
  portsOf?: PortsOf,
  problems: ReadonlyMap<string, string> = new Map(),
): Graph {
  const read = new Set(spec.steps.flatMap(({ inputs }) => inputs.map(({ from }) => from)))
  const nodes: GraphNode[] = [
    ...spec.inputs.map(({ name }) => ({
      ...blank,
      id: inputId(name),
      kind: 'input' as const,
      name,
      problem: problems.get(inputId(name)) ?? '',
    })),
    ...spec.steps.map((step) => ({
      ...blank,
      id: stepId(step.name),
      kind: 'step' as const,
      name: step.name,
      algorithm: step.algorithm,
      environment: environmentId(step.environment),
      fanOut: fanOutText(step.fanOut),
      publish: step.publish || !read.has(stepId(step.name)),
      // Those that are connected show also where the algorithm does not have them.
      ports:
        portsOf === undefined
          ? []
          : [...new Set([...portsOf(step.algorithm), ...step.inputs.map(({ name }) => name)])],
      problem: problems.get(stepId(step.name)) ?? '',
    })),
  ]
  const edges: GraphEdge[] = spec.steps.flatMap((step) => [
    ...step.inputs.map(({ name, from }) => ({
      id: `${from} > ${step.name}.${name}`,
      from,
      to: stepId(step.name),
      port: name,
      isOrder: false,
    })),
    ...step.after.map((name) => ({
      id: `${stepId(name)} > ${step.name}`,
      from: stepId(name),
      to: stepId(step.name),
      port: '',
      isOrder: true,
    })),
  ])
  return { nodes, edges }
}

const blank = {
  algorithm: '',
  environment: '',
  fanOut: '',
  publish: false,
  ports: [],
  problem: '',
  progress: undefined,
} satisfies Partial<GraphNode>

/** "environments/{environment}" -> "{environment}" */
export function environmentId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** "× 8", "one a file of images"; empty for a step that runs once. */
export function fanOutText(fanOut: FanOut | undefined): string {
  switch (fanOut?.over?.$case) {
    case 'count':
      return `× ${fanOut.over.value.toLocaleString('en')}`
    case 'input':
      return '× files'
    default:
      return ''
  }
}
