import { validate } from 'uuid'
import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { GivenParameters } from '../../jobs/index.ts'
import { type AlgorithmKey, parseReference } from '../algorithms/algorithm.ts'

/** Something given by the parameter at a place in the request. */
export interface At<Value> {
  readonly value: Value
  /** "parameters[2]" */
  readonly field: string
}

export interface InputItem {
  readonly kind: 'dataset' | 'file'
  readonly id: string
}

export type Runnable =
  /** Of the organisation; the latest version when it is undefined. */
  | { readonly kind: 'workflow'; readonly slug: string; readonly version: number | undefined }
  | {
      readonly kind: 'algorithm'
      readonly key: AlgorithmKey
      /** As it was given. */
      readonly reference: string
      /** "environments/{environment}"; empty for the algorithm's. */
      readonly environment: string
    }

/** What a run is asked to be, before anything is looked up. */
export interface RunRequest {
  readonly what: At<Runnable>
  /** By the names of inputs, in the order of the request. */
  readonly inputs: ReadonlyMap<string, readonly At<InputItem>[]>
  /** By the names of parameters. */
  readonly parameters: ReadonlyMap<string, At<string>>
}

const WORKFLOW = /^([a-z][a-z0-9-]{0,62})(?:@([1-9][0-9]{0,8}))?$/
const ENVIRONMENT = /^(?:environments\/)?([a-z][a-z0-9-]{0,62})$/
const INPUT = /^([a-z][a-z0-9-]{0,31})=(dataset|file):(.+)$/s
const PARAM = /^([A-Z][A-Z0-9_]{0,63})=(.*)$/s

/** Throws INVALID_ARGUMENT that names every parameter that cannot be understood. */
export function parseRunRequest(given: GivenParameters, organization: string): RunRequest {
  const violations: FieldViolation[] = []
  const what = runnableOf(given, organization, violations)
  const inputs = new Map<string, At<InputItem>[]>()
  for (const { value, field } of given.all('INPUT')) {
    const input = parseInput(value)
    if (typeof input === 'string') {
      violations.push({ field, description: input })
      continue
    }
    const { name, item } = input
    const others = inputs.get(name) ?? []
    if (others.some((other) => other.value.kind === item.kind && other.value.id === item.id)) {
      violations.push({ field, description: `${name} is given the ${item.kind} ${item.id} twice` })
    }
    inputs.set(name, [...others, { value: item, field }])
  }
  const parameters = new Map<string, At<string>>()
  for (const { value, field } of given.all('PARAM')) {
    const [, name, text = ''] = PARAM.exec(value) ?? []
    if (name === undefined) {
      violations.push({
        field,
        description: 'PARAM must be a name in upper case and its value, such as SIGMA=2.5',
      })
    } else if (parameters.has(name)) violations.push({ field, description: `${name} is given twice` })
    else parameters.set(name, { value: text, field })
  }
  if (violations.length > 0 || what === undefined) throw invalidRun(violations)
  return { what, inputs, parameters }
}

export function invalidRun(violations: readonly FieldViolation[]): DomainError {
  const [first, ...more] = violations
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  const text = `UsageError: ${first?.field}: ${first?.description}${others}`
  return new DomainError('INVALID_ARGUMENT', 'INVALID_PARAMETERS', text, { violations })
}

function runnableOf(
  given: GivenParameters,
  organization: string,
  violations: FieldViolation[],
): At<Runnable> | undefined {
  const [workflow, algorithm] = [given.one('WORKFLOW'), given.one('ALGORITHM')]
  const environment = given.one('ENVIRONMENT')
  if (workflow !== undefined && algorithm !== undefined) {
    const { field } = algorithm
    violations.push({ field, description: 'ALGORITHM stands beside WORKFLOW: give one of the two' })
    return undefined
  }
  if (workflow !== undefined) {
    if (environment !== undefined) {
      const description = 'ENVIRONMENT is for an ALGORITHM alone: the steps of a workflow name theirs'
      violations.push({ field: environment.field, description })
    }
    const { value, field } = workflow
    const [, slug, version] = WORKFLOW.exec(value) ?? []
    if (slug !== undefined) {
      return {
        value: { kind: 'workflow', slug, version: version === undefined ? undefined : Number(version) },
        field,
      }
    }
    const description = 'WORKFLOW must be a workflow of your organisation, such as "tiles" or "tiles@2"'
    violations.push({ field, description })
    return undefined
  }
  return algorithm === undefined ? undefined : algorithmOf(algorithm, environment, organization, violations)
}

function algorithmOf(
  { value: reference, field }: At<string>,
  environment: At<string> | undefined,
  organization: string,
  violations: FieldViolation[],
): At<Runnable> | undefined {
  const key = parseReference(reference, organization)
  if (key === undefined) {
    const description =
      'ALGORITHM must be an algorithm with its version, "measure@1", or "org/measure@1" of another organisation'
    violations.push({ field, description })
    return undefined
  }
  const name = environment === undefined ? '' : (ENVIRONMENT.exec(environment.value)?.[1] ?? '')
  if (environment !== undefined && name === '') {
    violations.push({ field: environment.field, description: 'ENVIRONMENT must be a name such as "small"' })
  }
  return {
    value: { kind: 'algorithm', key, reference, environment: name === '' ? '' : `environments/${name}` },
    field,
  }
}

/** What is wrong with it, as text. */
function parseInput(text: string): { readonly name: string; readonly item: InputItem } | string {
  const [, name, kind, id = ''] = INPUT.exec(text) ?? []
  if (name === undefined) {
    return 'INPUT must be the name of an input and what it reads, "image=dataset:ID" or "image=file:UUID"'
  }
  if (kind === 'dataset') return { name, item: { kind, id } }
  if (!validate(id)) return `"${id.slice(0, 100)}" is no file: give its UUID, the last part of its name`
  return { name, item: { kind: 'file', id: id.toLowerCase() } }
}
