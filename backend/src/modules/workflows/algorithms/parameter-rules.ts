import type { ParameterSchema as SchemaMessage } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { FieldViolation } from '../../../errors/domain-error.ts'
import { type ParameterSchema, problemOf } from '../../jobs/index.ts'

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/
/** What a container finds in its environment already, and what would change how its programs start. */
const RESERVED = new Set([
  'BASHOPTS',
  'BASH_ENV',
  'CDPATH',
  'ENV',
  'GLOBIGNORE',
  'HOME',
  'HOSTNAME',
  'IFS',
  'PATH',
  'PS4',
  'PWD',
  'SHELL',
  'SHELLOPTS',
  'TMPDIR',
  'USER',
])
const RESERVED_PREFIXES = [
  'FAIRLEAD_',
  'GCONV_',
  'JAVA_TOOL_',
  'KUBERNETES_',
  'LD_',
  'NODE_',
  'PERL5',
  'PYTHON',
  'RUBY',
]
const KINDS = ['STRING', 'NUMBER', 'ENUM', 'TIME'] as const
type Kind = (typeof KINDS)[number]

const DESCRIPTION_MAX = 1000
const UNIT_MAX = 40
const UCD_MAX = 120
const VALUES_MAX = 100
const VALUE_MAX = 256
/** Of what one variable of an environment can well hold. */
const PARAMETER_VALUE_MAX = 4096

/** What is wrong with declared parameters. @param field of the list, "spec.parameters" */
export function violationsOfParameters(
  parameters: readonly SchemaMessage[],
  field: string,
  use: { readonly asVariables: boolean },
): FieldViolation[] {
  const seen = new Set<string>()
  return parameters.flatMap((parameter, index) => {
    const at = `${field}[${index}]`
    const violations = [
      ...violationsOfName(parameter.name, at, use.asVariables),
      ...violationsOfTexts(parameter, at),
      ...violationsOfKind(parameter, at),
    ]
    if (seen.has(parameter.name)) {
      violations.push({ field: `${at}.name`, description: `${parameter.name} is declared twice` })
    }
    seen.add(parameter.name)
    return violations.length > 0 ? violations : violationsOfDefault(parameter, at)
  })
}

/** As jobs check values; of a parameter that was checked itself. */
function schemaOf(parameter: SchemaMessage): ParameterSchema {
  const { name, description, kind, required, values, defaultValue, minimum, maximum, unit, ucd } = parameter
  return {
    name,
    description,
    kind: kindOf(kind) ?? 'STRING',
    required,
    maxLength: PARAMETER_VALUE_MAX,
    ...(values.length === 0 ? {} : { values }),
    ...(defaultValue === '' ? {} : { defaultValue }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(unit === '' ? {} : { unit }),
    ...(ucd === '' ? {} : { ucd }),
  }
}

/** Undefined for a value that the parameter takes. */
export function problemOfValue(parameter: SchemaMessage, value: string): string | undefined {
  if (hasControlCharacter(value)) return `${parameter.name} must not hold control characters`
  return problemOf(schemaOf(parameter), value)
}

export function kindOf(kind: SchemaMessage['kind']): Kind | undefined {
  return KINDS.find((each) => kind === `PARAMETER_KIND_${each}`)
}

function violationsOfName(name: string, at: string, asVariable: boolean): FieldViolation[] {
  const field = `${at}.name`
  if (!NAME.test(name)) {
    const description = `"${name.slice(0, 100)}" must be upper case: a letter, then letters, digits and "_", 64 at most`
    return [{ field, description }]
  }
  if (!asVariable) return []
  const prefix = RESERVED_PREFIXES.find((each) => name.startsWith(each))
  if (prefix === undefined && !RESERVED.has(name)) return []
  const which = prefix === undefined ? name : `names that begin with ${prefix}`
  return [{ field, description: `${which} mean something to containers already: choose another name` }]
}

function violationsOfTexts(
  { description, unit, ucd, repeated }: SchemaMessage,
  at: string,
): FieldViolation[] {
  const texts = [
    ['description', description, DESCRIPTION_MAX],
    ['unit', unit, UNIT_MAX],
    ['ucd', ucd, UCD_MAX],
  ] as const
  const violations = texts
    .filter(([, text, most]) => text.length > most)
    .map(([name, text, most]) => ({
      field: `${at}.${name}`,
      description: `must have at most ${most} characters, and has ${text.length}`,
    }))
  if (repeated) {
    violations.push({
      field: `${at}.repeated`,
      description: 'must be false: a variable of an environment has one value',
    })
  }
  return violations
}

function violationsOfKind(parameter: SchemaMessage, at: string): FieldViolation[] {
  const { values, minimum, maximum } = parameter
  const kind = kindOf(parameter.kind)
  if (kind === undefined) return [{ field: `${at}.kind`, description: `must be one of ${KINDS.join(', ')}` }]
  const violations: FieldViolation[] = []
  const numbers = minimum !== undefined || maximum !== undefined
  if (kind !== 'NUMBER' && numbers) {
    violations.push({
      field: at,
      description: `minimum and maximum are of the kind NUMBER, and this is ${kind}`,
    })
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    violations.push({ field: `${at}.minimum`, description: `${minimum} is above the maximum, ${maximum}` })
  }
  if ([minimum, maximum].some((each) => each !== undefined && !Number.isFinite(each))) {
    violations.push({
      field: at,
      description: 'minimum and maximum must be finite; leave out the one that is open',
    })
  }
  if (kind === 'ENUM') violations.push(...violationsOfValues(values, at))
  else if (values.length > 0) {
    violations.push({ field: `${at}.values`, description: `are of the kind ENUM, and this is ${kind}` })
  }
  return violations
}

function violationsOfValues(values: readonly string[], at: string): FieldViolation[] {
  if (values.length === 0 || values.length > VALUES_MAX) {
    return [{ field: `${at}.values`, description: `must be 1 to ${VALUES_MAX}, and are ${values.length}` }]
  }
  return values.flatMap((value, index) => {
    const description =
      value.trim() === '' || value.trim() !== value || value.length > VALUE_MAX || hasControlCharacter(value)
        ? `must have 1 to ${VALUE_MAX} characters, without spaces around them`
        : values.indexOf(value) !== index
          ? `"${value}" is listed twice`
          : undefined
    return description === undefined ? [] : [{ field: `${at}.values[${index}]`, description }]
  })
}

function violationsOfDefault(parameter: SchemaMessage, at: string): FieldViolation[] {
  if (parameter.defaultValue === '') return []
  const description = problemOfValue(parameter, parameter.defaultValue)
  return description === undefined ? [] : [{ field: `${at}.default_value`, description }]
}

/** Line breaks and tabs are none. */
export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}--[\t\n\r]]/v.test(text)
}
