import { DomainError } from '../../../errors/domain-error.ts'

export interface ManifestProblem {
  /** From 1. */
  readonly line: number
  readonly description: string
}

const PROBLEMS_MAX = 20

/** INVALID_ARGUMENT that names lines of the manifest. */
export function manifestInvalid(
  problems: readonly ManifestProblem[],
  reason = 'MANIFEST_INVALID',
): DomainError {
  const violations = problems
    .toSorted((one, other) => one.line - other.line)
    .slice(0, PROBLEMS_MAX)
    .map(({ line, description }) => ({ field: 'manifest', description: `line ${line}: ${description}` }))
  const [first, ...more] = violations
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return new DomainError('INVALID_ARGUMENT', reason, `manifest: ${first?.description}${others}`, {
    violations,
  })
}
