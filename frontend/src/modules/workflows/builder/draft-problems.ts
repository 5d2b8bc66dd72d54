import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import type { FieldViolation } from '../../../app/api-error'
import { parameterViolations } from '../form/parameter-draft'
import { problemAt } from '../form/problem-at'
import { inputId, stepId } from '../graph/spec-graph'
import { nameProblem } from './name-problem'
import { durationSeconds, type WorkflowDraft } from './workflow-draft'

/** What has to be there before the server is asked what is wrong. */
export function missingParts(draft: WorkflowDraft): readonly string[] {
  return [
    draft.id.trim() === '' && 'an identifier',
    draft.displayName.trim() === '' && 'a name',
    draft.steps.length === 0 && 'a step',
    draft.steps.some(({ name }) => name.trim() === '') && 'names of all steps',
    draft.steps.some(({ algorithm }) => algorithm === '') && 'algorithms of all steps',
    draft.inputs.some(({ name }) => name.trim() === '') && 'names of all inputs',
    draft.parameters.some(({ name }) => name.trim() === '') && 'names of all parameters',
  ].filter((part) => part !== false)
}

/**
 * What can be told without the server, in the words and at the fields of its violations.
 *
 * @param known algorithms by their references, as far as they are known
 */
export function ownViolations(draft: WorkflowDraft, known: ReadonlyMap<string, Algorithm>): FieldViolation[] {
  const names = draft.steps.map(({ name }) => name.trim())
  const inputNames = draft.inputs.map(({ name }) => name.trim())
  return [
    ...parameterViolations(draft.parameters, 'spec.parameters'),
    ...draft.inputs.flatMap(({ name }, index) =>
      nameViolations(name, inputNames.slice(0, index), `spec.inputs[${index}].name`),
    ),
    ...draft.steps.flatMap((step, index) => {
      const path = `spec.steps[${index}]`
      const algorithm = known.get(step.algorithm)
      const read = new Set(step.inputs.map(({ name }) => name))
      const unread = (algorithm?.spec?.inputs ?? []).find(
        ({ name, optional }) => !optional && !read.has(name),
      )
      return [
        ...nameViolations(step.name, names.slice(0, index), `${path}.name`),
        ...(unread === undefined
          ? []
          : [{ field: `${path}.inputs`, description: `Connect its input ${unread.name}.` }]),
        ...(step.maxDuration.trim() === '' || durationSeconds(step.maxDuration) !== undefined
          ? []
          : [{ field: `${path}.max_duration`, description: 'Give a time such as 90s, 10m, 2h or 1d.' }]),
        ...(step.over === 'input' && step.overInput === ''
          ? [{ field: `${path}.fan_out.input`, description: 'Choose the input that it is split over.' }]
          : []),
      ]
    }),
  ]
}

function nameViolations(name: string, others: readonly string[], field: string): FieldViolation[] {
  const description = nameProblem(name.trim(), others)
  return description === undefined || name.trim() === '' ? [] : [{ field, description }]
}

/** What is wrong with each box of the graph, by its identifier: the first of what is. */
export function problemsOfBoxes(
  draft: WorkflowDraft,
  violations: readonly FieldViolation[],
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>()
  draft.steps.forEach(({ name }, index) => {
    const problem = problemAt(violations, `spec.steps[${index}]`)
    if (problem !== undefined) problems.set(stepId(name), problem)
  })
  draft.inputs.forEach(({ name }, index) => {
    const problem = problemAt(violations, `spec.inputs[${index}]`)
    if (problem !== undefined) problems.set(inputId(name), problem)
  })
  return problems
}
