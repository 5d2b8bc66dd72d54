import type { AlgorithmSpec } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import type { FieldViolation } from '../../../app/api-error'
import { algorithmInput, type InputDraft, inputDraft, inputViolations } from '../form/input-draft'
import {
  type ParameterDraft,
  parameterDraft,
  parameterSchema,
  parameterViolations,
} from '../form/parameter-draft'

/** Which datasets it may be given. */
export type DatasetChoice = 'none' | 'any' | 'these'

/** A version of an algorithm as it is typed. */
export interface AlgorithmDraft {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly image: string
  /** A word a line. */
  readonly command: string
  readonly arguments: string
  readonly parameters: readonly ParameterDraft[]
  readonly inputs: readonly InputDraft[]
  /** "environments/{environment}"; empty while none is chosen. */
  readonly environment: string
  readonly datasets: DatasetChoice
  readonly theseDatasets: readonly string[]
  readonly forEveryOrganization: boolean
}

export function algorithmDraft(id: string, spec: AlgorithmSpec | undefined): AlgorithmDraft {
  const datasets = spec?.datasets ?? []
  return {
    id,
    displayName: spec?.displayName ?? '',
    description: spec?.description ?? '',
    image: spec?.image ?? '',
    command: (spec?.command ?? []).join('\n'),
    arguments: (spec?.arguments ?? []).join('\n'),
    parameters: (spec?.parameters ?? []).map(parameterDraft),
    inputs: (spec?.inputs ?? []).map(inputDraft),
    environment: spec?.environment ?? '',
    datasets: datasets.length === 0 ? 'none' : datasets.includes('*') ? 'any' : 'these',
    theseDatasets: datasets.filter((pattern) => pattern !== '*'),
    forEveryOrganization: spec?.forEveryOrganization ?? false,
  }
}

/** Whether only a manifest can say it: a word of its command has lines. */
export function needsManifest(spec: AlgorithmSpec | undefined): boolean {
  return [...(spec?.command ?? []), ...(spec?.arguments ?? [])].some((word) => /\n|^\s|\s$|^$/.test(word))
}

export function algorithmSpec(draft: AlgorithmDraft): AlgorithmSpec {
  return {
    displayName: draft.displayName.trim(),
    description: draft.description.trim(),
    image: draft.image.trim(),
    command: words(draft.command),
    arguments: words(draft.arguments),
    parameters: draft.parameters.map(parameterSchema),
    inputs: draft.inputs.map(algorithmInput),
    environment: draft.environment,
    datasets: draft.datasets === 'none' ? [] : draft.datasets === 'any' ? ['*'] : [...draft.theseDatasets],
    forEveryOrganization: draft.forEveryOrganization,
  }
}

/** What has to be there before anything else is worth asking about. */
export function missingFields(draft: AlgorithmDraft): string[] {
  return [
    draft.displayName.trim() === '' && 'a name',
    draft.id.trim() === '' && 'an identifier',
    draft.image.trim() === '' && 'an image',
    draft.environment === '' && 'an environment',
    draft.datasets === 'these' && draft.theseDatasets.length === 0 && 'datasets',
  ].filter((field) => field !== false)
}

/** What cannot be sent at all. */
export function draftViolations(draft: AlgorithmDraft): FieldViolation[] {
  return [
    ...parameterViolations(draft.parameters, 'spec.parameters'),
    ...inputViolations(draft.inputs, 'spec.inputs'),
  ]
}

/** An identifier made of a name for people; may be empty. */
export function suggestedId(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '')
}

function words(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
