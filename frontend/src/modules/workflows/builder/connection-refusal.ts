import { inputId, stepId } from '../graph/spec-graph'
import { wayAlong } from '../graph/topological-order'
import type { WorkflowDraft } from './workflow-draft'

/**
 * Why a step cannot read something, as a sentence; undefined when it can.
 *
 * @param from "inputs.{name}" or "steps.{name}"
 * @param to "steps.{name}"
 */
export function connectionRefusal(
  draft: Pick<WorkflowDraft, 'steps' | 'inputs'>,
  from: string,
  to: string,
  port: string,
): string | undefined {
  const step = draft.steps.find(({ name }) => stepId(name) === to)
  if (step === undefined) return 'Only steps read something: drop it on an input of a step.'
  if (from === to) return 'A step cannot read its own files.'
  if (step.inputs.some((source) => source.name === port && source.from === from)) {
    return `${step.name} reads that as ${port} already.`
  }
  const circle = circleThrough(draft, from, to)
  return circle === undefined ? undefined : `That would make a circle: ${circle}.`
}

/** "collect → tiles → collect" when a step would come before itself; undefined otherwise. */
export function circleThrough(
  draft: Pick<WorkflowDraft, 'steps' | 'inputs'>,
  from: string,
  to: string,
): string | undefined {
  const arrows = [...draft.steps].flatMap((step) => [
    ...step.inputs.map((source) => ({ from: source.from, to: stepId(step.name) })),
    ...step.after.map((name) => ({ from: stepId(name), to: stepId(step.name) })),
  ])
  const way = wayAlong(arrows, to, from)
  if (way === undefined) return undefined
  const names = way.map((id) => id.slice(id.indexOf('.') + 1))
  return [...names, names[0] ?? ''].join(' → ')
}

/** Everything that a step may read, of which some would make a circle. */
export function sourcesFor(
  draft: WorkflowDraft,
  stepName: string,
): readonly {
  readonly from: string
  readonly name: string
  readonly isStep: boolean
  readonly circle: boolean
}[] {
  return [
    ...draft.inputs.map(({ name }) => ({ from: inputId(name), name, isStep: false, circle: false })),
    ...draft.steps
      .filter(({ name }) => name !== stepName)
      .map(({ name }) => ({
        from: stepId(name),
        name,
        isStep: true,
        circle: circleThrough(draft, stepId(name), stepId(stepName)) !== undefined,
      })),
  ].filter(({ name }) => name !== '')
}
