import type { Parameter } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Algorithm } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { invalidField } from '../../../errors/domain-error.ts'
import type { Stage } from './request-schemas.ts'

/**
 * The parameters of a run, as of any job of the service "workflow". Clients number their inputs and do not name them:
 * they fill the algorithm's in their order, and the last of those takes what is left.
 */
export function runParameters(
  { reference, spec }: Algorithm,
  stage: Stage,
  environment: string,
): Parameter[] {
  const inputs = spec?.inputs ?? []
  const last = inputs.at(-1)
  const given = stage.input
    .map((each, position) => ({ id: each.id, index: each.index ?? position }))
    .sort((a, b) => a.index - b.index)
  if (last === undefined && given.length > 0) {
    throw invalidField('workflow.stages[0].input', `${reference} reads no inputs. Leave them out.`)
  }
  return [
    { name: 'ALGORITHM', value: reference },
    { name: 'ENVIRONMENT', value: environment.replace(/^environments\//, '') },
    ...given.map(({ id }, position) => ({
      name: 'INPUT',
      value: `${(inputs[position] ?? last)?.name ?? ''}=dataset:${id}`,
    })),
  ]
}
