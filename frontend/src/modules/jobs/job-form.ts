import type { Parameter, ParameterSchema, Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { FieldViolation } from '../../app/api-error'
import { problemWithInterval } from './interval'

/** Values by parameter name; a parameter that is not repeated has one at most. */
export type FormValues = Readonly<Record<string, readonly string[]>>

/** The values to begin with: what the address gives, else the schema's defaults. */
export function initialValues(service: Service, given: FormValues): FormValues {
  const values: Record<string, readonly string[]> = {}
  for (const schema of service.parameters) {
    const asked = given[schema.name]
    if (asked !== undefined) values[schema.name] = schema.repeated ? asked : asked.slice(0, 1)
    else values[schema.name] = schema.defaultValue === '' ? [] : [schema.defaultValue]
  }
  return values
}

/** As the API takes them: in the schema's order, without empty ones. */
export function toParameters(service: Service, values: FormValues): Parameter[] {
  return service.parameters.flatMap(({ name }) =>
    (values[name] ?? [])
      .filter((value) => value.trim() !== '')
      .map((value) => ({ name, value: value.trim() })),
  )
}

/** What is wrong with a value, in one sentence; undefined when nothing is. The server checks the rest. */
export function problemWith(schema: ParameterSchema, value: string): string | undefined {
  const text = value.trim()
  if (text === '') return undefined
  const numbers = text.split(/[\s,]+/).map(Number)
  switch (schema.kind) {
    case 'PARAMETER_KIND_NUMBER': {
      const number = Number(text)
      if (!Number.isFinite(number)) return 'Give a number.'
      if (schema.minimum !== undefined && number < schema.minimum) return `At least ${schema.minimum}.`
      if (schema.maximum !== undefined && number > schema.maximum) return `At most ${schema.maximum}.`
      return undefined
    }
    case 'PARAMETER_KIND_CIRCLE':
      if (numbers.length !== 3 || numbers.some(Number.isNaN)) {
        return 'Give three numbers: right ascension, declination and radius, in degrees.'
      }
      return (numbers[2] ?? 0) > 0 ? undefined : 'The radius must be greater than 0.'
    case 'PARAMETER_KIND_POLYGON':
      return numbers.length >= 6 && numbers.length % 2 === 0 && !numbers.some(Number.isNaN)
        ? undefined
        : 'Give at least three vertices, each as right ascension and declination in degrees.'
    case 'PARAMETER_KIND_POSITION':
      return /^(CIRCLE|RANGE|POLYGON)\s/i.test(text)
        ? undefined
        : 'Begin with CIRCLE, RANGE or POLYGON, followed by numbers in degrees.'
    case 'PARAMETER_KIND_INTERVAL':
      return problemWithInterval(text)
    default:
      return undefined
  }
}

export interface FormProblems {
  readonly byParameter: Readonly<Record<string, string>>
  /** What belongs to no single parameter. */
  readonly general: readonly string[]
}

/** Sorts the server's field violations, whose fields are "parameters[2].value" or a parameter's own name. */
export function sortViolations(
  violations: readonly FieldViolation[],
  parameters: readonly Parameter[],
): FormProblems {
  const byParameter: Record<string, string> = {}
  const general: string[] = []
  for (const { field, description } of violations) {
    const index = /^parameters\[(\d+)\]/.exec(field)?.[1]
    const name =
      index === undefined ? field.replace(/^parameters\./, '') : (parameters[Number(index)]?.name ?? '')
    if (/^[A-Z][A-Z0-9_]*$/.test(name)) byParameter[name] = description
    else general.push(field === '' || field === 'parameters' ? description : `${field}: ${description}`)
  }
  return { byParameter, general }
}
