import type { RunStep, WorkflowRun } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import type { Graph } from '../graph/graph-model'
import { environmentId } from '../graph/spec-graph'
import { isMoving } from '../graph/step-state-words'

/** Boxes are the steps, by their names; edges are what each needs. */
export function runGraph({ steps }: Pick<WorkflowRun, 'steps'>): Graph {
  return {
    nodes: steps.map((step) => ({
      id: step.name,
      kind: 'step',
      name: step.name,
      algorithm: step.algorithm,
      environment: environmentId(step.environment),
      fanOut: '',
      publish: false,
      ports: [],
      problem: '',
      progress: {
        state: step.state,
        message: step.stateMessage,
        containers: step.containers,
        startTime: step.startTime,
        endTime: step.endTime,
      },
    })),
    edges: steps.flatMap(({ name, needs }) =>
      needs.map((from) => ({ id: `${from} > ${name}`, from, to: name, port: '', isOrder: false })),
    ),
  }
}

/** What is looked at first: what failed, else what moves, else the last that began. */
export function stepToShow(steps: readonly RunStep[]): RunStep | undefined {
  return (
    steps.find(({ state }) => state === 'STEP_STATE_FAILED') ??
    steps.find(({ state }) => isMoving(state)) ??
    steps.findLast(({ startTime }) => startTime !== undefined) ??
    steps[0]
  )
}

/** Steps whose results a retry would use again. */
export function keptSteps(steps: readonly RunStep[]): number {
  return steps.filter(({ state }) => state === 'STEP_STATE_COMPLETED' || state === 'STEP_STATE_KEPT').length
}
