import type { Parameter } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Algorithm } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { invalidField } from '../../../errors/domain-error.ts'
import type { Stage } from './request-schemas.ts'

/** A parameter of a run, and what the client called it by. */
export interface RunParameter extends Parameter {
  readonly field: string
}

const STAGE = 'workflow.stages[0]'

/**
 * The parameters of a run, as of any job of the service "workflow". Clients number their inputs and do not name them:
 * they fill the algorithm's in their order, and the last of those takes what is left.
 */
export function runParameters(
  { reference, spec }: Algorithm,
  stage: Stage,
  environment: string,
): RunParameter[] {
  const inputs = spec?.inputs ?? []
  const last = inputs.at(-1)
  const given = stage.input
    .map(({ id, index }, position) => ({
      id,
      index: index ?? position,
      field: `${STAGE}.input[${position}]`,
    }))
    .sort((a, b) => a.index - b.index)
  if (last === undefined && given.length > 0) {
    throw invalidField(`${STAGE}.input`, `${reference} reads no inputs. Leave them out.`)
  }
  return [
    { name: 'ALGORITHM', value: reference, field: `${STAGE}.algorithm` },
    { name: 'ENVIRONMENT', value: environment.replace(/^environments\//, ''), field: 'environment' },
    ...given.map(({ id, field }, position) => ({
      name: 'INPUT',
      value: `${(inputs[position] ?? last)?.name ?? ''}=dataset:${id}`,
      field,
    })),
  ]
}
