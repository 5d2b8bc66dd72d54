import type { Parameter, ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { FieldViolation } from '../../../app/api-error'
import type { FormValues } from '../../jobs/job-form'

/** What runs. */
export interface RunTarget {
  readonly kind: 'workflow' | 'algorithm'
  /** "tiles@2", "other-lab/measure@1"; of a workflow also "tiles" for its latest version. */
  readonly reference: string
}

/** Given to an input: a dataset by its identifier, a file by its UUID. */
export interface GivenInput {
  readonly kind: 'dataset' | 'file'
  readonly id: string
}

export interface RunDraft {
  /** By the input's name. */
  readonly inputs: Readonly<Record<string, readonly GivenInput[]>>
  readonly parameters: FormValues
  /** Of an algorithm alone: "small"; empty for its own. */
  readonly environment: string
}

/** Of the values that an address gives; undefined when it names neither a workflow nor an algorithm. */
export function targetOf(values: FormValues): RunTarget | undefined {
  const [workflow = ''] = values['WORKFLOW'] ?? []
  if (workflow !== '') return { kind: 'workflow', reference: workflow }
  const [algorithm = ''] = values['ALGORITHM'] ?? []
  return algorithm === '' ? undefined : { kind: 'algorithm', reference: algorithm }
}

/** What a run is given, of the values that an address gives; defaults for the rest. */
export function runDraft(values: FormValues, schemas: readonly ParameterSchema[]): RunDraft {
  const inputs: Record<string, GivenInput[]> = {}
  for (const text of values['INPUT'] ?? []) {
    const [, name = '', kind, id = ''] = /^([a-z][a-z0-9-]*)=(dataset|file):(.+)$/.exec(text) ?? []
    if (kind === undefined) continue
    inputs[name] = [...(inputs[name] ?? []), { kind: kind === 'file' ? 'file' : 'dataset', id }]
  }
  const given = new Map<string, string>()
  for (const text of values['PARAM'] ?? []) {
    const equals = text.indexOf('=')
    if (equals > 0) given.set(text.slice(0, equals), text.slice(equals + 1))
  }
  const parameters: Record<string, readonly string[]> = {}
  for (const { name, defaultValue } of schemas) {
    const value = given.get(name) ?? defaultValue
    parameters[name] = value === '' ? [] : [value]
  }
  return { inputs, parameters, environment: values['ENVIRONMENT']?.[0] ?? '' }
}

interface Taken {
  readonly parameters: readonly ParameterSchema[]
  readonly inputs: readonly { readonly name: string }[]
}

/** As a job takes them: in the order of the definition, without empty ones. */
export function runParameters(target: RunTarget, draft: RunDraft, takes: Taken): Parameter[] {
  return [
    { name: target.kind === 'workflow' ? 'WORKFLOW' : 'ALGORITHM', value: target.reference },
    ...takes.inputs.flatMap(({ name }) =>
      (draft.inputs[name] ?? []).map(({ kind, id }) => ({ name: 'INPUT', value: `${name}=${kind}:${id}` })),
    ),
    ...takes.parameters.flatMap(({ name }) =>
      (draft.parameters[name] ?? [])
        .filter((value) => value.trim() !== '')
        .map((value) => ({ name: 'PARAM', value: `${name}=${value.trim()}` })),
    ),
    ...(target.kind === 'algorithm' && draft.environment !== ''
      ? [{ name: 'ENVIRONMENT', value: draft.environment }]
      : []),
  ]
}

export interface RunProblems {
  readonly inputs: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
  readonly environment: string | undefined
  /** What belongs to no single field. */
  readonly general: readonly string[]
}

/** Sorts the server's violations, whose fields are "parameters[2].value" or name what they are about. */
export function runProblems(
  violations: readonly FieldViolation[],
  parameters: readonly Parameter[],
): RunProblems {
  const inputs: Record<string, string> = {}
  const byParameter: Record<string, string> = {}
  const general: string[] = []
  let environment: string | undefined
  for (const { field, description } of violations) {
    const index = /^parameters\[(\d+)\]/.exec(field)?.[1]
    const about = index === undefined ? undefined : parameters[Number(index)]
    const [part = ''] = about?.value.split('=', 1) ?? []
    if (about?.name === 'INPUT') inputs[part] = description
    else if (about?.name === 'PARAM') byParameter[part] = description
    else if (about?.name === 'ENVIRONMENT' || field === 'parameters.ENVIRONMENT') environment = description
    else general.push(description)
  }
  return { inputs, parameters: byParameter, environment, general }
}
