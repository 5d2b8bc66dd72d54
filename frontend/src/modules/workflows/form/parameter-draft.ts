import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { FieldViolation } from '../../../app/api-error'

/** A parameter as it is typed. */
export interface ParameterDraft {
  /** Tells it from the others while they change. */
  readonly key: string
  readonly name: string
  readonly description: string
  readonly kind: ParameterSchema['kind']
  readonly required: boolean
  readonly values: readonly string[]
  readonly defaultValue: string
  readonly minimum: string
  readonly maximum: string
  readonly unit: string
}

export function newParameter(): ParameterDraft {
  return {
    key: crypto.randomUUID(),
    name: '',
    description: '',
    kind: 'PARAMETER_KIND_STRING',
    required: false,
    values: [],
    defaultValue: '',
    minimum: '',
    maximum: '',
    unit: '',
  }
}

export function parameterDraft(schema: ParameterSchema): ParameterDraft {
  const { name, description, kind, required, values, defaultValue, unit } = schema
  return {
    key: crypto.randomUUID(),
    name,
    description,
    kind,
    required,
    values,
    defaultValue,
    minimum: schema.minimum === undefined ? '' : String(schema.minimum),
    maximum: schema.maximum === undefined ? '' : String(schema.maximum),
    unit,
  }
}

/** As the API takes it: without what its kind does not have. */
export function parameterSchema(draft: ParameterDraft): ParameterSchema {
  const isNumber = draft.kind === 'PARAMETER_KIND_NUMBER'
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    kind: draft.kind,
    required: draft.required,
    repeated: false,
    values: draft.kind === 'PARAMETER_KIND_ENUM' ? [...draft.values] : [],
    defaultValue: draft.defaultValue.trim(),
    minimum: isNumber ? finite(draft.minimum) : undefined,
    maximum: isNumber ? finite(draft.maximum) : undefined,
    unit: isNumber ? draft.unit.trim() : '',
    ucd: '',
  }
}

/** What cannot be sent at all, in the words of the server's violations. */
export function parameterViolations(drafts: readonly ParameterDraft[], path: string): FieldViolation[] {
  return drafts.flatMap((draft, index) =>
    (['minimum', 'maximum'] as const)
      .filter(
        (field) =>
          draft.kind === 'PARAMETER_KIND_NUMBER' &&
          draft[field].trim() !== '' &&
          finite(draft[field]) === undefined,
      )
      .map((field) => ({ field: `${path}[${index}].${field}`, description: 'Give a number, or nothing.' })),
  )
}

function finite(text: string): number | undefined {
  const number = Number(text)
  return text.trim() === '' || !Number.isFinite(number) ? undefined : number
}
