import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { durationText, parseDuration } from './duration-text'
import { environmentId } from './environment-words'
import { parseSize, sizeText } from './size-text'

/** As it is typed. */
export interface EnvironmentFields {
  readonly id: string
  readonly displayName: string
  readonly description: string
  /** CPUs, such as "0.5". */
  readonly cpus: string
  readonly memory: string
  readonly disk: string
  readonly gpus: string
  readonly duration: string
  readonly parallel: string
  /** Times the price, such as "1.5". */
  readonly factor: string
  /** "name=value", one a line. */
  readonly labels: string
  readonly open: boolean
}

export function fieldsOf(environment: Environment | undefined): EnvironmentFields {
  return {
    id: environmentId(environment?.name ?? ''),
    displayName: environment?.displayName ?? '',
    description: environment?.description ?? '',
    cpus: String((environment?.cpuMillis ?? 1000) / 1000),
    memory: sizeText(environment?.memoryBytes ?? 1n << 30n),
    disk: sizeText(environment?.diskBytes ?? 10n << 30n),
    gpus: String(environment?.gpus ?? 0),
    duration: durationText(environment?.maxDuration?.seconds ?? 3600n),
    parallel: String(environment?.maxParallel ?? 10),
    factor: String((environment?.priceFactorThousandths ?? 1000) / 1000),
    labels: Object.entries(environment?.nodeLabels ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    open: environment?.open ?? true,
  }
}

export type FieldProblems = Partial<Record<keyof EnvironmentFields, string>>

export interface ReadEnvironment {
  /** Undefined while something is wrong. */
  readonly environment: Environment | undefined
  readonly problems: FieldProblems
}

const idShape = /^[a-z][a-z0-9-]{0,62}$/
const labelShape = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?=[A-Za-z0-9._-]*$/

/** What was typed, with the limits of the API. */
export function readEnvironment(fields: EnvironmentFields): ReadEnvironment {
  const problems: Record<string, string> = {}
  const must = <T>(field: keyof EnvironmentFields, value: T | undefined, problem: string): T | undefined => {
    if (value === undefined) problems[field] = problem
    return value
  }
  const id = idShape.test(fields.id) ? fields.id : undefined
  must('id', id, 'Give a name of lower-case letters, digits and hyphens that begins with a letter.')
  must('displayName', fields.displayName.trim() || undefined, 'Give a name for people.')
  const cpuMillis = must(
    'cpus',
    thousandths(fields.cpus, 10, 1_024_000),
    'Give CPUs from 0.01 to 1,024, such as 2 or 0.5.',
  )
  const memoryBytes = must('memory', size(fields.memory), sizeProblem)
  const diskBytes = must('disk', size(fields.disk), sizeProblem)
  const gpus = must('gpus', whole(fields.gpus, 0, 64), 'Give a whole number from 0 to 64.')
  const seconds = parseDuration(fields.duration)
  const maxSeconds = must(
    'duration',
    seconds !== undefined && seconds >= 1n && seconds <= 604_800n ? seconds : undefined,
    'Give 1 s to 7 d, such as 90 min or 1 h 30 min.',
  )
  const maxParallel = must(
    'parallel',
    whole(fields.parallel, 1, 10_000),
    'Give a whole number from 1 to 10,000.',
  )
  const priceFactorThousandths = must(
    'factor',
    thousandths(fields.factor, 0, 1_000_000),
    'Give a number from 0 to 1,000, with three digits after the point at most.',
  )
  const lines = fields.labels
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const wrong = lines.find((line) => !labelShape.test(line))
  if (wrong !== undefined) problems['labels'] = `“${wrong}” is no label: write name=value.`

  if (
    Object.keys(problems).length > 0 ||
    cpuMillis === undefined ||
    memoryBytes === undefined ||
    diskBytes === undefined ||
    gpus === undefined ||
    maxSeconds === undefined ||
    maxParallel === undefined ||
    priceFactorThousandths === undefined
  ) {
    return { environment: undefined, problems }
  }
  return {
    problems,
    environment: {
      name: `environments/${fields.id}`,
      displayName: fields.displayName.trim(),
      description: fields.description.trim(),
      cpuMillis,
      memoryBytes,
      diskBytes,
      gpus,
      maxDuration: { seconds: maxSeconds, nanos: 0 },
      maxParallel,
      priceFactorThousandths,
      open: fields.open,
      nodeLabels: Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string])),
      load: undefined,
      price: undefined,
    },
  }
}

/** All that the form changes of one that is there, as the API spells it. */
export const changedFields = [
  'display_name',
  'description',
  'cpu_millis',
  'memory_bytes',
  'disk_bytes',
  'gpus',
  'max_duration',
  'max_parallel',
  'price_factor_thousandths',
  'open',
  'node_labels',
] as const

/** Which field of the form a field of a request is. */
const formFields: readonly (readonly [RegExp, keyof EnvironmentFields])[] = [
  [/display_name/, 'displayName'],
  [/description/, 'description'],
  [/cpu_millis/, 'cpus'],
  [/memory_bytes/, 'memory'],
  [/disk_bytes/, 'disk'],
  [/gpus/, 'gpus'],
  [/max_duration/, 'duration'],
  [/max_parallel/, 'parallel'],
  [/price_factor/, 'factor'],
  [/node_labels/, 'labels'],
  [/name$/, 'id'],
]

export function formFieldOf(field: string): keyof EnvironmentFields | undefined {
  return formFields.find(([pattern]) => pattern.test(field))?.[1]
}

const sizeProblem = 'Give 16 MiB to 16 TiB, such as 512 MiB or 4 GiB.'

function size(text: string): bigint | undefined {
  const bytes = parseSize(text)
  return bytes !== undefined && bytes >= 16n << 20n && bytes <= 16n << 40n ? bytes : undefined
}

function whole(text: string, minimum: number, maximum: number): number | undefined {
  const number = Number(text)
  return /^\d{1,6}$/.test(text.trim()) && number >= minimum && number <= maximum ? number : undefined
}

function thousandths(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text.trim())) return undefined
  const value = Math.round(Number(text) * 1000)
  return value >= minimum && value <= maximum ? value : undefined
}
