import type { AlgorithmInput } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import type { FieldViolation } from '../../../app/api-error'

/** An input of an algorithm as it is typed. */
export interface InputDraft {
  /** Tells it from the others while they change. */
  readonly key: string
  readonly name: string
  readonly description: string
  readonly optional: boolean
  /** Empty for as many as there may be. */
  readonly maxFiles: string
}

export function newInput(): InputDraft {
  return { key: crypto.randomUUID(), name: '', description: '', optional: false, maxFiles: '' }
}

export function inputDraft({ name, description, optional, maxFiles }: AlgorithmInput): InputDraft {
  return {
    key: crypto.randomUUID(),
    name,
    description,
    optional,
    maxFiles: maxFiles === 0 ? '' : String(maxFiles),
  }
}

export function algorithmInput({ name, description, optional, maxFiles }: InputDraft): AlgorithmInput {
  return {
    name: name.trim(),
    description: description.trim(),
    optional,
    maxFiles: isCount(maxFiles) ? Number(maxFiles) : 0,
  }
}

/** What cannot be sent at all, in the words of the server's violations. */
export function inputViolations(drafts: readonly InputDraft[], path: string): FieldViolation[] {
  return drafts.flatMap(({ maxFiles }, index) =>
    maxFiles.trim() === '' || isCount(maxFiles)
      ? []
      : [
          {
            field: `${path}[${index}].max_files`,
            description: 'Give a whole number from 1 to 1,000, or nothing.',
          },
        ],
  )
}

function isCount(text: string): boolean {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 1000
}
