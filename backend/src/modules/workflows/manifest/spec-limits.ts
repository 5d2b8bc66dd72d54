import { AlgorithmSpec } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { Environment } from '@fairlead/proto/server/fairlead/workflows/v1/environments'
import { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { DomainError, type FieldViolation } from '../../../errors/domain-error.ts'
import type { Contracts } from '../../../server/contracts.ts'
import { requestValidator } from '../../../server/request-validator.ts'

/**
 * The limits that the contract declares, for what did not come as the message that they are declared for: a manifest,
 * or what an update would make of a thing.
 */
export interface SpecLimits {
  violationsOfAlgorithm(spec: AlgorithmSpec): readonly FieldViolation[]
  violationsOfWorkflow(spec: WorkflowSpec): readonly FieldViolation[]
  violationsOfEnvironment(environment: Environment): readonly FieldViolation[]
}

export function specLimits({ registry }: Pick<Contracts, 'registry'>): SpecLimits {
  const validate = requestValidator(registry)
  const limitsOf = (name: string, bytes: Uint8Array): readonly FieldViolation[] => {
    const schema = registry.getMessage(`fairlead.workflows.v1.${name}`)
    if (schema === undefined) throw new Error(`the contracts have no ${name}`)
    try {
      validate(schema, bytes)
      return []
    } catch (error) {
      if (error instanceof DomainError && error.violations.length > 0) return error.violations
      throw error
    }
  }
  return {
    violationsOfAlgorithm: (spec) =>
      below('spec', limitsOf('AlgorithmSpec', AlgorithmSpec.encode(spec).finish())),
    violationsOfWorkflow: (spec) =>
      below('spec', limitsOf('WorkflowSpec', WorkflowSpec.encode(spec).finish())),
    violationsOfEnvironment: (environment) =>
      below('environment', limitsOf('Environment', Environment.encode(environment).finish())),
  }
}

function below(field: string, violations: readonly FieldViolation[]): readonly FieldViolation[] {
  return violations.map((violation) => ({ ...violation, field: `${field}.${violation.field}` }))
}
