import type { ParameterSchema } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { WorkflowSpec, WorkflowStep } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import type { FieldViolation } from '../../../errors/domain-error.ts'
import type { AlgorithmRecord } from '../algorithms/algorithm.ts'
import { problemOfValue } from '../algorithms/parameter-rules.ts'
import { filled, placeholdersOf } from '../definitions/placeholders.ts'
import { graphOf, ordered, sourceOf, stepsBefore } from '../definitions/workflow-graph.ts'
import type { WorkflowLibrary } from '../definitions/workflow-library.ts'
import { durationMs } from '../duration.ts'
import type { EnvironmentRecord } from '../environments/environment.ts'
import type { StepFanOut, StepPayload, StepSource, StepSourceItem } from '../step-payload.ts'
import type { RunRequest } from './run-request.ts'
import type { Reader } from './run-sources.ts'
import type { RunSpec } from './run-spec.ts'

export interface PlannedSteps {
  /** In an order in which they can run; a step's place is its task's index. */
  readonly steps: readonly StepPayload[]
  /** Of what is given to the run, and how it fits the steps. */
  readonly violations: readonly FieldViolation[]
  /** Algorithms that read inputs of the run, by the names of those. */
  readonly readers: ReadonlyMap<string, readonly Reader[]>
}

const MAX_FILES_DEFAULT = 1000
const MAX_CONTAINERS_DEFAULT = 100

/** @param library in which nothing is wrong with the spec */
export function planSteps(
  { reference, spec }: RunSpec,
  request: RunRequest,
  library: WorkflowLibrary,
): PlannedSteps {
  const { values, violations } = parametersOf(spec, request)
  violations.push(...violationsOfInputs(spec, request))
  const order = orderOf(spec)
  const read = new Set(
    spec.steps.flatMap(({ inputs }) =>
      inputs.map(({ from }) => sourceOf(from)).flatMap(({ kind, name }) => (kind === 'steps' ? name : [])),
    ),
  )
  const readers = new Map<string, Reader[]>()
  const steps = order.map((step): StepPayload => {
    const algorithm = needed(library.algorithm(step.algorithm))
    const environment = needed(library.environment(step.environment || algorithm.spec.environment))
    noteReaders(readers, step, algorithm)
    const given = valuesOf(step, algorithm, values, request)
    const inputs = sourcesOf(step, algorithm, order, request)
    const fanOut = fanOutOf(step)
    const maxContainers = containersOf(step, fanOut)
    violations.push(...given.violations)
    violations.push(...violationsOfCounts(step, { inputs, fanOut, maxContainers }, algorithm, request))
    return {
      step: step.name,
      workflow: reference,
      algorithm: step.algorithm,
      algorithmId: algorithm.id,
      image: algorithm.spec.image,
      command: algorithm.spec.command,
      arguments: algorithm.spec.arguments,
      ...limitsOf(step, environment),
      parameters: given.values,
      inputs,
      fanOut,
      maxContainers,
      needs: stepsBefore(step)
        .map((name) => order.findIndex((each) => each.name === name))
        .sort((one, other) => one - other),
      publish: step.publish || !read.has(step.name),
    }
  })
  return { steps, violations, readers }
}

function orderOf(spec: WorkflowSpec): readonly WorkflowStep[] {
  const found = ordered(graphOf(spec.steps))
  if ('cycle' in found) throw new Error(`a workflow with a cycle was saved: ${found.cycle.join(', ')}`)
  return found.order.map((name) => needed(spec.steps.find((step) => step.name === name)))
}

/** The rules have found that it is there. */
function needed<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('a workflow that was checked names what is not there')
  return thing
}

/** The run's parameters: those given, and the defaults of the others. */
function parametersOf(
  spec: WorkflowSpec,
  { parameters: given }: RunRequest,
): { readonly values: ReadonlyMap<string, string>; readonly violations: FieldViolation[] } {
  const values = new Map<string, string>()
  const violations: FieldViolation[] = []
  for (const [name, { value, field }] of given) {
    const declared = spec.parameters.find((each) => each.name === name)
    const known = spec.parameters.map((each) => each.name).join(', ') || 'none'
    const problem =
      declared === undefined
        ? `there is no parameter ${name}; there are: ${known}`
        : problemOfValue(declared, value)
    if (problem !== undefined) violations.push({ field, description: problem })
    else values.set(name, declared === undefined ? value : trimmed(declared, value))
  }
  for (const { name, required, defaultValue } of spec.parameters) {
    if (given.has(name)) continue
    if (defaultValue !== '') values.set(name, defaultValue)
    else if (required) {
      violations.push({ field: 'parameters', description: `PARAM ${name}=... is required` })
    }
  }
  return { values, violations }
}

function trimmed({ kind }: ParameterSchema, value: string): string {
  return kind === 'PARAMETER_KIND_STRING' ? value : value.trim()
}

function violationsOfInputs(spec: WorkflowSpec, { inputs: given }: RunRequest): FieldViolation[] {
  const known = spec.inputs.map(({ name }) => name).join(', ') || 'none'
  const unknown = [...given].flatMap(([name, items]) =>
    spec.inputs.some((input) => input.name === name)
      ? []
      : items.map(({ field }) => ({ field, description: `there is no input ${name}; there are: ${known}` })),
  )
  const missing = spec.inputs
    .filter(({ name, optional }) => !optional && !given.has(name))
    .map(({ name }) => ({
      field: 'parameters',
      description: `INPUT ${name}=... is required: give it a dataset or a file`,
    }))
  return [...unknown, ...missing]
}

/** Of one step: what its parameters are in this run. */
function valuesOf(
  step: WorkflowStep,
  { spec: algorithm }: AlgorithmRecord,
  ofRun: ReadonlyMap<string, string>,
  request: RunRequest,
): { readonly values: Readonly<Record<string, string>>; readonly violations: readonly FieldViolation[] } {
  const violations: FieldViolation[] = []
  const values = algorithm.parameters.flatMap((declared): [string, string][] => {
    const { name, defaultValue } = declared
    const given = step.parameters.find((each) => each.name === name)?.value
    const value = given === undefined ? undefined : filled(given, ofRun)
    if (value === undefined || value === '') return defaultValue === '' ? [] : [[name, defaultValue]]
    const problem = problemOfValue(declared, value)
    if (problem === undefined) return [[name, trimmed(declared, value)]]
    // Told where the run was given the part that does not fit.
    const [from] = placeholdersOf(given ?? '').flatMap((each) => request.parameters.get(each) ?? [])
    violations.push({ field: from?.field ?? 'parameters', description: `step ${step.name}: ${problem}` })
    return []
  })
  return { values: Object.fromEntries(values), violations }
}

function noteReaders(readers: Map<string, Reader[]>, step: WorkflowStep, { spec }: AlgorithmRecord): void {
  for (const { from } of step.inputs) {
    const { kind, name } = sourceOf(from)
    if (kind === 'steps') continue
    const reader = { algorithm: step.algorithm, datasets: spec.datasets }
    readers.set(name, [...(readers.get(name) ?? []), reader])
  }
}

function sourcesOf(
  step: WorkflowStep,
  { spec: algorithm }: AlgorithmRecord,
  order: readonly WorkflowStep[],
  { inputs: given }: RunRequest,
): readonly StepSource[] {
  return algorithm.inputs.flatMap(({ name, maxFiles }) => {
    const from = step.inputs
      .filter((input) => input.name === name)
      .map((input) => sourceOf(input.from))
      .flatMap((source): readonly StepSourceItem[] =>
        source.kind === 'inputs'
          ? (given.get(source.name) ?? []).map(({ value }) => value)
          : [{ kind: 'step', taskIndex: order.findIndex((each) => each.name === source.name) }],
      )
    return from.length === 0 ? [] : [{ name, maxFiles: maxFiles || MAX_FILES_DEFAULT, from }]
  })
}

function fanOutOf({ fanOut }: WorkflowStep): StepFanOut | undefined {
  const over = fanOut?.over
  if (over === undefined) return undefined
  return over.$case === 'count' ? { count: over.value } : { input: over.value }
}

function containersOf({ fanOut: declared }: WorkflowStep, fanOut: StepFanOut | undefined): number {
  if (fanOut === undefined) return 1
  return declared?.maxContainers || ('count' in fanOut ? fanOut.count : MAX_CONTAINERS_DEFAULT)
}

/** What can be counted before anything runs: what steps leave is counted when they have. */
function violationsOfCounts(
  step: WorkflowStep,
  { inputs, fanOut, maxContainers }: Pick<StepPayload, 'inputs' | 'fanOut' | 'maxContainers'>,
  { spec: algorithm }: AlgorithmRecord,
  request: RunRequest,
): FieldViolation[] {
  const over = fanOut !== undefined && 'input' in fanOut ? fanOut.input : undefined
  const field = request.what.field
  const violations = inputs.flatMap(({ name, maxFiles, from }) => {
    const files = from.filter(({ kind }) => kind !== 'step').length
    const description =
      name === over
        ? files > maxContainers
          ? `step ${step.name} fans out over ${files} files, and may run ${maxContainers} containers at most`
          : undefined
        : files > maxFiles
          ? `step ${step.name}: ${step.algorithm} reads ${maxFiles} files at most as ${name}, and is given ${files}`
          : undefined
    return description === undefined ? [] : [{ field, description }]
  })
  const empty = [
    ...algorithm.inputs.filter(({ optional }) => !optional).map(({ name }) => name),
    ...(over === undefined ? [] : [over]),
  ].filter((name) => !inputs.some((input) => input.name === name))
  // One that the run needs and lacks is told of already.
  const told = request.inputs
  return [
    ...violations,
    ...[...new Set(empty)]
      .filter((name) => step.inputs.some((input) => input.name === name && isOptionalEmpty(input.from, told)))
      .map((name) => ({
        field,
        description: `step ${step.name} reads nothing as ${name}: give one of the inputs that it is from`,
      })),
  ]
}

function isOptionalEmpty(from: string, given: RunRequest['inputs']): boolean {
  const { kind, name } = sourceOf(from)
  return kind === 'inputs' && !given.has(name)
}

function limitsOf(step: WorkflowStep, environment: EnvironmentRecord) {
  return {
    environment: environment.id,
    cpuMillis: environment.cpuMillis,
    memoryBytes: Number(environment.memoryBytes),
    diskBytes: Number(environment.diskBytes),
    gpus: environment.gpus,
    nodeLabels: environment.nodeLabels,
    maxParallel: environment.maxParallel,
    maxDurationMs: step.maxDuration === undefined ? environment.maxDurationMs : durationMs(step.maxDuration),
    priceFactorThousandths: environment.priceFactor,
  }
}
