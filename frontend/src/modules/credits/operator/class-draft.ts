import type { CreateCreditClassRequest } from '@fairlead/proto/web/fairlead/credits/v1/credits'

/** A new class as it is typed. */
export interface ClassDraft {
  readonly code: string
  readonly displayName: string
  readonly unit: string
  readonly decimals: number
  /** Empty for always. */
  readonly year: string
  readonly description: string
}

export function emptyClass(): ClassDraft {
  return { code: '', displayName: '', unit: 'credit', decimals: 2, year: '', description: '' }
}

const codeShape = /^[a-z][a-z0-9-]{1,38}$/

export function classProblems(
  draft: ClassDraft,
  thisYear: number,
): Partial<Record<keyof ClassDraft, string>> {
  const problems: Partial<Record<keyof ClassDraft, string>> = {}
  if (draft.displayName.trim() === '') problems.displayName = 'Give it a name.'
  if (!codeShape.test(draft.code)) {
    problems.code = 'Lower-case letters, digits and hyphens; a letter first; 2 to 39 characters.'
  }
  if (draft.unit.trim() === '') problems.unit = 'Say what one credit is of.'
  if (!(Number.isInteger(draft.decimals) && draft.decimals >= 0 && draft.decimals <= 6)) {
    problems.decimals = 'A whole number from 0 to 6.'
  }
  if (draft.year.trim() !== '') {
    const year = /^\d{4}$/.test(draft.year.trim()) ? Number(draft.year) : Number.NaN
    if (!(year >= thisYear && year <= 2200)) problems.year = `A year from ${thisYear} to 2200, or nothing.`
  }
  return problems
}

/** A code to begin with: "Compute 2027" is "compute-2027". */
export function codeFrom(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 39)
    .replace(/-+$/, '')
}

export function toClassRequest(draft: ClassDraft): CreateCreditClassRequest {
  return {
    creditClassId: draft.code,
    displayName: draft.displayName.trim(),
    unit: draft.unit.trim(),
    decimals: draft.decimals,
    validityYear: draft.year.trim() === '' ? 0 : Number(draft.year),
    description: draft.description.trim(),
  }
}
