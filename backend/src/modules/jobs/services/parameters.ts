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

  time(name: string): Date | undefined {
    const given = this.one(name)
    return given === undefined ? undefined : parseTime(given.value)
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
          : earlier.length >= (declared.maxCount ?? Number.POSITIVE_INFINITY)
            ? `MultiValuedParamNotSupported: ${name} may be given ${declared.maxCount} times`
            : problemOf(declared, value)
    if (description === undefined) values.set(name, [...earlier, { value: value.trim(), field }])
    else violations.push({ field, description })
  }
  violations.push(
    ...missingParameters(schema, parameters).map((description) => ({ field: 'parameters', description })),
  )
  for (const { name, defaultValue } of schema) {
    if (defaultValue === undefined || values.has(name)) continue
    values.set(name, [{ value: defaultValue, field: 'parameters' }])
  }
  refuse(violations)
  return new GivenParameters(values)
}

/** What a job still needs before it can be planned, for people: "ID is required". Empty when it needs nothing. */
export function missingParameters(
  schema: readonly ParameterSchema[],
  parameters: readonly Parameter[],
): string[] {
  const given = new Set(parameters.map(({ name }) => name))
  const missing = schema
    .filter(({ name, required, defaultValue }) => required && defaultValue === undefined && !given.has(name))
    .map(({ name }) => `${name} is required`)
  for (const [what, ways] of Map.groupBy(schema, ({ oneOf }) => oneOf)) {
    if (what === undefined || ways.some(({ name }) => given.has(name))) continue
    missing.push(`${what} is required: give at least one of ${ways.map(({ name }) => name).join(', ')}`)
  }
  return missing
}

/** Throws INVALID_ARGUMENT with the violations, if there are any. */
export function refuse(violations: readonly FieldViolation[], reason = 'INVALID_PARAMETERS'): void {
  const first = violations[0]
  if (first === undefined) return
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : ''
  throw new DomainError(
    'INVALID_ARGUMENT',
    reason,
    `UsageError: ${first.field}: ${first.description}${more}`,
    { violations },
  )
}

/** What is wrong with a value, as a sentence; undefined when nothing is. */
export function problemOf(declared: ParameterSchema, value: string): string | undefined {
  if (value.trim() === '') return `${declared.name} must not be empty`
  if (declared.maxLength !== undefined && value.length > declared.maxLength) {
    return `${declared.name} must have at most ${declared.maxLength} characters, and has ${value.length}`
  }
  switch (declared.kind) {
    case 'NUMBER':
      return problemOfNumber(declared, value)
    case 'ENUM':
      return declared.values?.includes(value.trim()) === true
        ? undefined
        : `${declared.name} must be one of ${declared.values?.join(', ')}`
    case 'INTERVAL':
      return problemOfInterval(declared, value)
    case 'TIME':
      return parseTime(value) === undefined
        ? `${declared.name} must be a date and time with its offset, such as 2026-11-21T00:00:00Z`
        : undefined
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

function problemOfInterval(
  { name, minimum, maximum, unit }: ParameterSchema,
  text: string,
): string | undefined {
  const interval = parseInterval(text)
  const suffix = unit === undefined ? '' : ` ${unit}`
  if (interval === undefined) {
    return `${name} must be two numbers, "lower upper", of which -Inf and +Inf leave an end open`
  }
  const { lower, upper } = interval
  if (lower > upper) return `${name} must have its lower end first, and ${lower} is above ${upper}`
  if (lower === upper && !Number.isFinite(lower)) return `${name} must hold a number`
  if (minimum !== undefined && upper < minimum) return `${name} must reach up to ${minimum}${suffix} at least`
  if (maximum !== undefined && lower > maximum) return `${name} must begin at ${maximum}${suffix} at most`
  return undefined
}

/** An interval of numbers, both ends included. */
export interface Interval {
  /** -Infinity for an open end. */
  readonly lower: number
  /** Infinity for an open end. */
  readonly upper: number
}

/** DALI 1.1, section 3.3.4: "lower upper", with -Inf and +Inf. Undefined for another text. */
export function parseInterval(text: string): Interval | undefined {
  const words = text.trim().split(/[\s,]+/)
  const [lower, upper] = words.map((word) =>
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)
      ? Number(word)
      : /^\+?inf(inity)?$/i.test(word)
        ? Number.POSITIVE_INFINITY
        : /^-inf(inity)?$/i.test(word)
          ? Number.NEGATIVE_INFINITY
          : undefined,
  )
  return words.length === 2 && lower !== undefined && upper !== undefined ? { lower, upper } : undefined
}

/** RFC 3339, section 5.6, to the millisecond; undefined for another text. */
function parseTime(text: string): Date | undefined {
  const trimmed = text.trim()
  if (!/^\d{4}-\d\d-\d\d[t ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(z|[+-]\d\d:\d\d)$/i.test(trimmed)) return undefined
  const time = new Date(trimmed.replace(' ', 'T').toUpperCase())
  return Number.isNaN(time.getTime()) ? undefined : time
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
