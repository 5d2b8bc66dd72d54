import type { FieldViolation } from '../../../app/api-error'

/** What is wrong with a field of a request, or with something inside it; undefined when nothing is. */
export function problemAt(violations: readonly FieldViolation[], path: string): string | undefined {
  const found = violations.find(({ field }) => isAt(field, path))
  return found === undefined ? undefined : asSentence(found.description)
}

/** What is wrong and shown at none of these fields. */
export function problemsElsewhere(
  violations: readonly FieldViolation[],
  paths: readonly string[],
): readonly string[] {
  return violations
    .filter(({ field }) => !paths.some((path) => isAt(field, path)))
    .map(({ description }) => asSentence(description))
}

function isAt(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}[`) || field.startsWith(`${path}.`)
}

function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
