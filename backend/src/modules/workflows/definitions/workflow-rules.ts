import type { ParameterSchema } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { WorkflowSpec, WorkflowStep } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { FieldViolation } from '../../../errors/domain-error.ts'
import type { AlgorithmRecord } from '../algorithms/algorithm.ts'
import { stateText } from '../algorithms/algorithms-errors.ts'
import { isImageAllowed } from '../algorithms/image-reference.ts'
import { kindOf, problemOfValue, violationsOfParameters } from '../algorithms/parameter-rules.ts'
import { durationMs } from '../duration.ts'
import { placeholdersOf, wholePlaceholder } from './placeholders.ts'
import { graphOf, ordered, sourceOf } from './workflow-graph.ts'
import type { WorkflowLibrary } from './workflow-library.ts'

/** Everything that is wrong with a spec beyond the limits of the contract, as things are now. */
export function violationsOfWorkflow(
  spec: WorkflowSpec,
  library: WorkflowLibrary,
): readonly FieldViolation[] {
  return [
    ...violationsOfParameters(spec.parameters, 'spec.parameters', { asVariables: false }),
    ...twice(spec.inputs, 'spec.inputs'),
    ...twice(spec.steps, 'spec.steps'),
    ...spec.steps.flatMap((step, index) =>
      violationsOfStep(step, { spec, library, at: `spec.steps[${index}]` }),
    ),
    ...violationsOfGraph(spec),
  ]
}

interface StepPlace {
  readonly spec: WorkflowSpec
  readonly library: WorkflowLibrary
  /** "spec.steps[1]" */
  readonly at: string
}

function twice(named: readonly { readonly name: string }[], field: string): FieldViolation[] {
  return named.flatMap(({ name }, index) =>
    named.findIndex((each) => each.name === name) === index
      ? []
      : [{ field: `${field}[${index}].name`, description: `${name} is there twice` }],
  )
}

function violationsOfStep(step: WorkflowStep, place: StepPlace): FieldViolation[] {
  const algorithm = place.library.algorithm(step.algorithm)
  const own = [...violationsOfAfter(step, place), ...violationsOfFanOut(step, place)]
  if (algorithm === undefined) {
    const description = `step ${step.name}: there is no algorithm ${step.algorithm} that this organisation may run`
    return [{ field: `${place.at}.algorithm`, description }, ...own]
  }
  return [
    ...violationsOfAlgorithm(step, algorithm, place),
    ...violationsOfEnvironment(step, algorithm, place),
    ...violationsOfInputs(step, algorithm, place),
    ...violationsOfValues(step, algorithm, place),
    ...own,
  ]
}

function violationsOfAlgorithm(
  { name, algorithm: reference }: WorkflowStep,
  { state, spec }: AlgorithmRecord,
  { at, library }: StepPlace,
): FieldViolation[] {
  const problem =
    state !== 'APPROVED'
      ? `the algorithm ${reference} ${stateText(state)}, and only approved ones run`
      : isImageAllowed(spec.image, library.registries)
        ? undefined
        : `the image of ${reference} is of a registry that the operator does not allow any more`
  return problem === undefined ? [] : [{ field: `${at}.algorithm`, description: `step ${name}: ${problem}` }]
}

function violationsOfEnvironment(
  step: WorkflowStep,
  algorithm: AlgorithmRecord,
  { at, library }: StepPlace,
): FieldViolation[] {
  const named = step.environment !== ''
  const name = named ? step.environment : algorithm.spec.environment
  const environment = library.environment(name)
  const field = `${at}.environment`
  const whose = named ? '' : `, which is that of ${step.algorithm},`
  if (environment === undefined)
    return [{ field, description: `step ${step.name}: there is no ${name}${whose}` }]
  if (!environment.open) {
    const description = `step ${step.name}: ${name}${whose} is closed. Choose another one for the step`
    return [{ field, description }]
  }
  const longestMs = environment.maxDurationMs
  if (step.maxDuration === undefined || durationMs(step.maxDuration) <= longestMs) return []
  const description = `step ${step.name}: must be at most ${longestMs / 1000} s, which is the most in ${name}`
  return [{ field: `${at}.max_duration`, description }]
}

function violationsOfInputs(
  step: WorkflowStep,
  { spec: algorithm }: AlgorithmRecord,
  place: StepPlace,
): FieldViolation[] {
  const violations = step.inputs.flatMap((input, index) => {
    const at = `${place.at}.inputs[${index}]`
    const declared = algorithm.inputs.find(({ name }) => name === input.name)
    if (declared === undefined) {
      const known = algorithm.inputs.map(({ name }) => name).join(', ') || 'none'
      const description = `step ${step.name}: ${step.algorithm} has no input ${input.name}; it has ${known}`
      return [{ field: `${at}.name`, description }]
    }
    const isSecond =
      step.inputs.findIndex(({ name, from }) => name === input.name && from === input.from) < index
    const problem = isSecond
      ? `${input.name} reads ${input.from} twice`
      : problemOfSource(input.from, declared.optional || readsMore(step, input.name), step, place.spec)
    return problem === undefined
      ? []
      : [{ field: `${at}.from`, description: `step ${step.name}: ${problem}` }]
  })
  const missing = algorithm.inputs.filter(
    ({ name, optional }) => !optional && !step.inputs.some((input) => input.name === name),
  )
  return [
    ...violations,
    ...missing.map(({ name }) => ({
      field: `${place.at}.inputs`,
      description: `step ${step.name}: ${step.algorithm} needs the input ${name}, and nothing is given to it`,
    })),
  ]
}

/** Whether an input reads from several places: one of them may be empty then. */
function readsMore(step: WorkflowStep, input: string): boolean {
  return step.inputs.filter(({ name }) => name === input).length > 1
}

function problemOfSource(
  from: string,
  mayBeEmpty: boolean,
  step: WorkflowStep,
  spec: WorkflowSpec,
): string | undefined {
  const { kind, name } = sourceOf(from)
  if (kind === 'steps') {
    return spec.steps.some((each) => each.name === name) ? undefined : `there is no step ${name}`
  }
  const input = spec.inputs.find((each) => each.name === name)
  if (input === undefined) {
    const known = spec.inputs.map((each) => each.name).join(', ') || 'none'
    return `the workflow has no input ${name}; it has ${known}`
  }
  return input.optional && !mayBeEmpty
    ? `the input ${name} is optional, and ${step.algorithm} cannot do without: make it a needed one`
    : undefined
}

function violationsOfValues(
  step: WorkflowStep,
  { spec: algorithm }: AlgorithmRecord,
  { spec, at }: StepPlace,
): FieldViolation[] {
  const violations = step.parameters.flatMap(({ name, value }, index) => {
    const field = `${at}.parameters[${index}]`
    const declared = algorithm.parameters.find((each) => each.name === name)
    if (declared === undefined) {
      const known = algorithm.parameters.map((each) => each.name).join(', ') || 'none'
      const description = `step ${step.name}: ${step.algorithm} has no parameter ${name}; it has ${known}`
      return [{ field: `${field}.name`, description }]
    }
    if (step.parameters.findIndex((each) => each.name === name) < index) {
      return [{ field: `${field}.name`, description: `step ${step.name}: ${name} is given twice` }]
    }
    const problem = problemOfGiven(declared, value, spec.parameters)
    return problem === undefined
      ? []
      : [{ field: `${field}.value`, description: `step ${step.name}: ${problem}` }]
  })
  const missing = algorithm.parameters.filter(
    ({ name, required, defaultValue }) =>
      required && defaultValue === '' && !step.parameters.some((each) => each.name === name),
  )
  return [
    ...violations,
    ...missing.map(({ name }) => ({
      field: `${at}.parameters`,
      description: `step ${step.name}: ${step.algorithm} needs the parameter ${name}, and it is not given`,
    })),
  ]
}

function problemOfGiven(
  declared: ParameterSchema,
  value: string,
  ofRun: readonly ParameterSchema[],
): string | undefined {
  const names = placeholdersOf(value)
  if (names.length === 0) return problemOfValue(declared, value)
  const unknown = names.find((name) => !ofRun.some((each) => each.name === name))
  if (unknown !== undefined) return `\${${unknown}} is no parameter of the workflow`
  const whole = ofRun.find(({ name }) => name === wholePlaceholder(value))
  if (whole !== undefined) return problemOfPassing(declared, whole)
  return kindOf(declared.kind) === 'STRING'
    ? undefined
    : `${declared.name} is a ${kindOf(declared.kind)}: give it one parameter of the workflow, with nothing around it`
}

/** Whether every value that the run's parameter takes can be one of the algorithm's. */
function problemOfPassing(declared: ParameterSchema, given: ParameterSchema): string | undefined {
  const [to, from] = [kindOf(declared.kind), kindOf(given.kind)]
  if (declared.required && declared.defaultValue === '' && !given.required && given.defaultValue === '') {
    return `${declared.name} is needed, and \${${given.name}} may be left out of a run: make it required`
  }
  if (to === 'STRING') return undefined
  if (to !== from) return `${declared.name} is a ${to}, and \${${given.name}} a ${from}`
  const stray = to === 'ENUM' ? given.values.find((value) => !declared.values.includes(value)) : undefined
  return stray === undefined
    ? undefined
    : `\${${given.name}} may be "${stray}", and ${declared.name} is one of ${declared.values.join(', ')}`
}

function violationsOfFanOut({ name, fanOut, inputs }: WorkflowStep, { at }: StepPlace): FieldViolation[] {
  if (fanOut?.over === undefined) return []
  const { over, maxContainers } = fanOut
  if (over.$case === 'count') {
    if (maxContainers === 0 || maxContainers >= over.value) return []
    const description = `step ${name}: must be 0 or at least the count, ${over.value}`
    return [{ field: `${at}.fan_out.max_containers`, description }]
  }
  if (inputs.some((input) => input.name === over.value)) return []
  const description = `step ${name}: it has no input ${over.value} to fan out over`
  return [{ field: `${at}.fan_out.input`, description }]
}

function violationsOfAfter({ name, after }: WorkflowStep, { spec, at }: StepPlace): FieldViolation[] {
  return after.flatMap((before, index) =>
    spec.steps.some((each) => each.name === before)
      ? []
      : [{ field: `${at}.after[${index}]`, description: `step ${name}: there is no step ${before}` }],
  )
}

function violationsOfGraph({ steps }: WorkflowSpec): FieldViolation[] {
  const found = ordered(graphOf(steps))
  if (!('cycle' in found)) return []
  const [first = '', ...others] = found.cycle
  const way = others.reduce((text, name) => `${text}, then ${name}`, first)
  const description =
    others.length === 1
      ? `step ${first} comes after itself`
      : `steps come after each other in a circle: ${way}`
  return [{ field: `spec.steps[${steps.findIndex(({ name }) => name === first)}]`, description }]
}
