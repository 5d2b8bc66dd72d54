import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'

/** Kinds that containers take: each value is a variable of their environment. */
export const containerKinds = [
  { value: 'PARAMETER_KIND_STRING', label: 'Text' },
  { value: 'PARAMETER_KIND_NUMBER', label: 'Number' },
  { value: 'PARAMETER_KIND_ENUM', label: 'Choice' },
  { value: 'PARAMETER_KIND_TIME', label: 'Time' },
] as const satisfies readonly { value: ParameterSchema['kind']; label: string }[]

/** What a parameter takes, in a few words: "a number from 0 to 10 (px), needed". */
export function parameterFacts(parameter: ParameterSchema): string {
  return `${kindText(parameter)}${parameter.unit === '' ? '' : ` (${parameter.unit})`}${parameter.required ? ', needed' : ''}`
}

function kindText({ kind, minimum, maximum, values }: ParameterSchema): string {
  switch (kind) {
    case 'PARAMETER_KIND_NUMBER':
      if (minimum !== undefined && maximum !== undefined) return `a number from ${minimum} to ${maximum}`
      if (minimum !== undefined) return `a number, at least ${minimum}`
      return maximum === undefined ? 'a number' : `a number, at most ${maximum}`
    case 'PARAMETER_KIND_ENUM':
      return `one of ${values.join(', ')}`
    case 'PARAMETER_KIND_TIME':
      return 'a time'
    default:
      return 'text'
  }
}
