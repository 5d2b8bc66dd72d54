import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { Parameter } from '../job.ts'
import type { ParameterSchema } from './job-service.ts'

/** One value of a parameter, with its place in the request for messages. */
export interface GivenValue {
  readonly value: string
  /** "parameters[2]"; "parameters" for a default. */
  readonly field: string
}

/** A job's parameters, known to be of the service's schema. */
export class GivenParameters {
  readonly #values: ReadonlyMap<string, readonly GivenValue[]>

  constructor(values: ReadonlyMap<string, readonly GivenValue[]>) {
    this.#values = values
  }

  all(name: string): readonly GivenValue[] {
    return this.#values.get(name) ?? []
  }

  /** The only or first value, or the schema's default. */
  one(name: string): GivenValue | undefined {
    return this.all(name)[0]
  }

  number(name: string): number | undefined {
    const given = this.one(name)
    return given === undefined ? undefined : Number(given.value)
  }
}

/** Checks parameters against a schema and fills in its defaults; throws every violation at once. */
export function checkParameters(
  schema: readonly ParameterSchema[],
  parameters: readonly Parameter[],
): GivenParameters {
  const known = new Map(schema.map((each) => [each.name, each]))
  const violations: FieldViolation[] = []
  const values = new Map<string, GivenValue[]>()
  for (const [index, { name, value }] of parameters.entries()) {
    const field = `parameters[${index}]`
    const declared = known.get(name)
    const earlier = values.get(name) ?? []
    const description =
      declared === undefined
        ? `${name} is not a parameter of this service; it takes ${[...known.keys()].join(', ')}`
        : earlier.length > 0 && declared.repeated !== true
          ? `MultiValuedParamNotSupported: ${name} may be given once only`
          : problemOf(declared, value)
    if (description === undefined) values.set(name, [...earlier, { value: value.trim(), field }])
    else violations.push({ field, description })
  }
  for (const declared of schema) {
    if (values.has(declared.name)) continue
    if (declared.defaultValue !== undefined) {
      values.set(declared.name, [{ value: declared.defaultValue, field: 'parameters' }])
    } else if (declared.required === true && !parameters.some(({ name }) => name === declared.name)) {
      violations.push({ field: 'parameters', description: `${declared.name} is required` })
    }
  }
  refuse(violations)
  return new GivenParameters(values)
}

/** Throws INVALID_ARGUMENT with the violations, if there are any. */
export function refuse(violations: readonly FieldViolation[]): void {
  const first = violations[0]
  if (first === undefined) return
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : ''
  throw new DomainError(
    'INVALID_ARGUMENT',
    'INVALID_PARAMETERS',
    `UsageError: ${first.field}: ${first.description}${more}`,
    { violations },
  )
}

function problemOf(declared: ParameterSchema, value: string): string | undefined {
  if (value.trim() === '') return `${declared.name} must not be empty`
  switch (declared.kind) {
    case 'NUMBER':
      return problemOfNumber(declared, value)
    case 'ENUM':
      return declared.values?.includes(value.trim()) === true
        ? undefined
        : `${declared.name} must be one of ${declared.values?.join(', ')}`
    case 'STRING':
    case 'DATASET':
    // Regions are checked by the service, against the images that they cut.
    case 'CIRCLE':
    case 'POLYGON':
    case 'POSITION':
      return undefined
    default: {
      const never: never = declared.kind
      throw new Error(`a parameter of unknown kind ${String(never)}`)
    }
  }
}

function problemOfNumber(
  { name, minimum, maximum, unit }: ParameterSchema,
  text: string,
): string | undefined {
  const number = Number(text)
  // Number() takes more: 0x40, 0b1, Infinity.
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) || !Number.isFinite(number))
    return `${name} must be a finite number`
  const suffix = unit === undefined ? '' : ` ${unit}`
  if (minimum !== undefined && number < minimum) return `${name} must be at least ${minimum}${suffix}`
  if (maximum !== undefined && number > maximum) return `${name} must be at most ${maximum}${suffix}`
  return undefined
}
