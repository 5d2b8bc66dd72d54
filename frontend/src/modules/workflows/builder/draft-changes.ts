import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { parseReference } from '../algorithm-reference'
import { inputId, stepId } from '../graph/spec-graph'
import {
  newRunInput,
  newStep,
  type RunInputDraft,
  type StepDraft,
  type WorkflowDraft,
} from './workflow-draft'

/** What each change makes of a draft. All of them leave it alone when they have nothing to change. */

export function withStep(draft: WorkflowDraft, key: string, change: Partial<StepDraft>): WorkflowDraft {
  const before = draft.steps.find((step) => step.key === key)
  if (before === undefined) return draft
  const steps = draft.steps.map((step) => (step.key === key ? { ...step, ...change } : step))
  if (change.name === undefined || change.name === before.name) return { ...draft, steps }
  return renamed({ ...draft, steps }, stepId(before.name), stepId(change.name))
}

/** What reads something goes on reading it under its new name; where two have one name, nothing is known. */
function renamed(draft: WorkflowDraft, old: string, name: string): WorkflowDraft {
  const oldName = old.slice(old.indexOf('.') + 1)
  const isStep = old === stepId(oldName)
  const others = isStep ? draft.steps : draft.inputs
  if (others.some((one) => one.name === oldName)) return draft
  return {
    ...draft,
    steps: draft.steps.map((step) => ({
      ...step,
      inputs: step.inputs.map((source) => (source.from === old ? { ...source, from: name } : source)),
      after: isStep
        ? step.after.map((one) => (one === oldName ? name.slice(name.indexOf('.') + 1) : one))
        : step.after,
    })),
  }
}

/** Inputs of the run as they are edited: those that were renamed stay connected, those that are gone do not. */
export function withRunInputs(draft: WorkflowDraft, inputs: readonly RunInputDraft[]): WorkflowDraft {
  let next: WorkflowDraft = { ...draft, inputs }
  for (const before of draft.inputs) {
    const after = inputs.find(({ key }) => key === before.key)
    if (after === undefined) next = withoutSource(next, inputId(before.name))
    else if (after.name !== before.name) next = renamed(next, inputId(before.name), inputId(after.name))
  }
  return next
}

export function withoutStep(draft: WorkflowDraft, key: string): WorkflowDraft {
  const gone = draft.steps.find((step) => step.key === key)
  if (gone === undefined) return draft
  const next = { ...draft, steps: draft.steps.filter((step) => step !== gone) }
  return withoutSource(
    {
      ...next,
      steps: next.steps.map((step) => ({ ...step, after: step.after.filter((one) => one !== gone.name) })),
    },
    stepId(gone.name),
  )
}

function withoutSource(draft: WorkflowDraft, from: string): WorkflowDraft {
  return {
    ...draft,
    steps: draft.steps.map((step) => ({
      ...step,
      inputs: step.inputs.filter((source) => source.from !== from),
    })),
  }
}

/** @param to identifier of a step's box */
export function connected(draft: WorkflowDraft, from: string, to: string, port: string): WorkflowDraft {
  return {
    ...draft,
    steps: draft.steps.map((step) =>
      stepId(step.name) === to ? { ...step, inputs: [...step.inputs, { name: port, from }] } : step,
    ),
  }
}

/** @param port empty for an order alone */
export function disconnected(draft: WorkflowDraft, from: string, to: string, port: string): WorkflowDraft {
  return {
    ...draft,
    steps: draft.steps.map((step) => {
      if (stepId(step.name) !== to) return step
      return port === ''
        ? { ...step, after: step.after.filter((name) => stepId(name) !== from) }
        : { ...step, inputs: step.inputs.filter((one) => one.name !== port || one.from !== from) }
    }),
  }
}

/** Everything that an input of a step reads. */
export function withSources(
  draft: WorkflowDraft,
  key: string,
  port: string,
  from: readonly string[],
): WorkflowDraft {
  const step = draft.steps.find((one) => one.key === key)
  if (step === undefined) return draft
  return withStep(draft, key, {
    inputs: [
      ...step.inputs.filter(({ name }) => name !== port),
      ...from.map((source) => ({ name: port, from: source })),
    ],
  })
}

/** An input of the run of the same name, which the step's input reads from then on. */
export function withRunInputFor(
  draft: WorkflowDraft,
  key: string,
  { name, description }: { readonly name: string; readonly description: string },
): WorkflowDraft {
  const step = draft.steps.find((one) => one.key === key)
  if (step === undefined) return draft
  const input = newRunInput(
    unique(
      name,
      draft.inputs.map((one) => one.name),
    ),
    description,
  )
  const next = { ...draft, inputs: [...draft.inputs, input] }
  return withStep(next, key, { inputs: [...step.inputs, { name, from: inputId(input.name) }] })
}

/**
 * A step of an algorithm, named after it. The first one reads what the run is given; a later one the files of the step
 * that it is added after, when there is one.
 */
export function withNewStep(
  draft: WorkflowDraft,
  algorithm: Algorithm,
  after: string | undefined,
): WorkflowDraft {
  const id = parseReference(algorithm.reference)?.algorithm ?? 'step'
  const step = newStep(
    unique(
      id,
      draft.steps.map(({ name }) => name),
    ),
    algorithm.reference,
  )
  const needed = (algorithm.spec?.inputs ?? []).filter(({ optional }) => !optional)
  const next = { ...draft, steps: [...draft.steps, step] }
  if (draft.steps.length === 0) {
    return needed.reduce<WorkflowDraft>((made, input) => withRunInputFor(made, step.key, input), next)
  }
  const [first] = algorithm.spec?.inputs ?? []
  if (after === undefined || first === undefined) return next
  return withSources(next, step.key, first.name, [after])
}

/** The name, or with a number when it is taken; short enough for one. */
export function unique(name: string, taken: readonly string[]): string {
  const base = name.slice(0, 32)
  if (!taken.includes(base)) return base
  for (let number = 2; ; number += 1) {
    const next = `${name.slice(0, 31 - String(number).length)}-${number}`
    if (!taken.includes(next)) return next
  }
}
