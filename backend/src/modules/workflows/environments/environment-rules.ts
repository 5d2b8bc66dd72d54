import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { EnvironmentRecord } from './environment.ts'

/** Kubernetes, "Labels and Selectors": an optional prefix that is a DNS name, and a name of 63 characters. */
const LABEL_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const LABEL_PREFIX = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/

/** What the contract's limits let through. */
export function violationsOfEnvironment(environment: EnvironmentRecord): FieldViolation[] {
  const violations: FieldViolation[] = []
  for (const [key, value] of Object.entries(environment.nodeLabels)) {
    if (isLabelKey(key) && (value === '' || LABEL_NAME.test(value))) continue
    violations.push({
      field: 'environment.node_labels',
      description: `"${key}": "${value}" is no label of a Kubernetes node, such as "fairlead.dev/pool": "large"`,
    })
  }
  return violations
}

export function environmentInvalid(violations: readonly FieldViolation[]): DomainError {
  const [first, ...more] = violations
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`
  return new DomainError(
    'INVALID_ARGUMENT',
    'ENVIRONMENT_INVALID',
    `${first?.field}: ${first?.description}${others}`,
    { violations },
  )
}

function isLabelKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse()
  return more.length === 0 && LABEL_NAME.test(name) && (prefix === undefined || LABEL_PREFIX.test(prefix))
}
