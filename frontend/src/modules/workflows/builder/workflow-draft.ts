import type { FanOut, WorkflowSpec, WorkflowStep } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { durationMs } from '../../../ui/format-duration'
import { type ParameterDraft, parameterDraft, parameterSchema } from '../form/parameter-draft'
import { environmentId } from '../graph/spec-graph'
import { shortDuration } from '../list/workflow-manifest'

/** A workflow as it is put together; plain enough to be kept as JSON. */
export interface WorkflowDraft {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly parameters: readonly ParameterDraft[]
  readonly inputs: readonly RunInputDraft[]
  readonly steps: readonly StepDraft[]
}

/** Something that a run is given. */
export interface RunInputDraft {
  /** Tells it from the others while it is renamed. */
  readonly key: string
  readonly name: string
  readonly description: string
  readonly optional: boolean
}

export interface StepDraft {
  /** Tells it from the others while it is renamed. */
  readonly key: string
  readonly name: string
  /** Reference; empty for none yet. */
  readonly algorithm: string
  /** Identifier; empty means the algorithm's. */
  readonly environment: string
  /** Names of the algorithm's inputs, each with what it reads: "inputs.{name}" or "steps.{name}". One may read several. */
  readonly inputs: readonly Source[]
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
  readonly after: readonly string[]
  readonly over: 'one' | 'count' | 'input'
  readonly count: number
  /** Of the step, one container for each of whose files. */
  readonly overInput: string
  /** 0 means count, or 100. */
  readonly maxContainers: number
  readonly publish: boolean
  /** As it is typed: "90s", "10m", "2h", "1d"; empty means the environment's. */
  readonly maxDuration: string
}

interface Source {
  readonly name: string
  readonly from: string
}

export const emptyDraft: WorkflowDraft = {
  id: '',
  displayName: '',
  description: '',
  parameters: [],
  inputs: [],
  steps: [],
}

export function newRunInput(name: string, description = ''): RunInputDraft {
  return { key: crypto.randomUUID(), name, description, optional: false }
}

export function newStep(name: string, algorithm: string): StepDraft {
  return {
    key: crypto.randomUUID(),
    name,
    algorithm,
    environment: '',
    inputs: [],
    parameters: [],
    after: [],
    over: 'one',
    count: 4,
    overInput: '',
    maxContainers: 0,
    publish: false,
    maxDuration: '',
  }
}

export function draftOf(id: string, spec: WorkflowSpec): WorkflowDraft {
  return {
    id,
    displayName: spec.displayName,
    description: spec.description,
    parameters: spec.parameters.map(parameterDraft),
    inputs: spec.inputs.map((input) => ({ key: crypto.randomUUID(), ...input })),
    steps: spec.steps.map(stepDraft),
  }
}

function stepDraft(step: WorkflowStep): StepDraft {
  const over = step.fanOut?.over
  return {
    ...newStep(step.name, step.algorithm),
    environment: environmentId(step.environment),
    inputs: step.inputs.map(({ name, from }) => ({ name, from })),
    parameters: step.parameters.map(({ name, value }) => ({ name, value })),
    after: [...step.after],
    over: over === undefined ? 'one' : over.$case,
    ...(over?.$case === 'count' ? { count: over.value } : {}),
    overInput: over?.$case === 'input' ? over.value : '',
    maxContainers: step.fanOut?.maxContainers ?? 0,
    publish: step.publish,
    maxDuration:
      step.maxDuration === undefined ? '' : shortDuration(Math.round(durationMs(step.maxDuration) / 1000)),
  }
}

/** As the API takes it. */
export function specOf(draft: WorkflowDraft): WorkflowSpec {
  return {
    displayName: draft.displayName.trim(),
    description: draft.description.trim(),
    parameters: draft.parameters.map(parameterSchema),
    inputs: draft.inputs.map(({ name, description, optional }) => ({
      name: name.trim(),
      description: description.trim(),
      optional,
    })),
    steps: draft.steps.map((step) => {
      const seconds = durationSeconds(step.maxDuration)
      return {
        name: step.name.trim(),
        algorithm: step.algorithm,
        environment: step.environment === '' ? '' : `environments/${step.environment}`,
        inputs: step.inputs.map((source) => ({ ...source })),
        parameters: step.parameters
          .filter(({ value }) => value !== '')
          .map((parameter) => ({ ...parameter })),
        after: [...step.after],
        fanOut: fanOutOf(step),
        publish: step.publish,
        maxDuration: seconds === undefined ? undefined : { seconds: BigInt(seconds), nanos: 0 },
      }
    }),
  }
}

function fanOutOf({ over, count, overInput, maxContainers }: StepDraft): FanOut | undefined {
  switch (over) {
    case 'one':
      return undefined
    case 'count':
      return { over: { $case: 'count', value: count }, maxContainers: 0 }
    case 'input':
      return { over: { $case: 'input', value: overInput }, maxContainers }
  }
}

const sizes = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** Of "90s", "10m", "2h", "1d"; undefined for what is none. */
export function durationSeconds(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})\s*([smhd])$/.exec(text.trim()) ?? []
  if (number === undefined || unit === undefined) return undefined
  return Number(number) * sizes[unit as keyof typeof sizes]
}
