import type { FieldViolation } from '../../../app/api-error'

export interface ManifestProblem {
  /** From 1; undefined for what is wrong with the whole. */
  readonly line: number | undefined
  readonly text: string
}

/** What is wrong with a manifest, whose violations begin with the line: "line 12: …"; in the order of lines. */
export function manifestProblems(violations: readonly FieldViolation[]): ManifestProblem[] {
  return violations
    .map(({ field, description }) => {
      const [, line, text = description] = /^line (\d+)(?:, column \d+)?: ([\s\S]*)$/i.exec(description) ?? []
      const named = line ?? /^manifest[:.[](\d+)/.exec(field)?.[1]
      return {
        line: named === undefined ? undefined : Number(named),
        text: text.charAt(0).toUpperCase() + text.slice(1),
      }
    })
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0))
}
