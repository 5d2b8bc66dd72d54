import type { WorkflowSpec } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { DomainError } from '../../../errors/domain-error.ts'
import { keyOf, referenceOf } from '../algorithms/algorithm.ts'
import { algorithmsByKeys } from '../algorithms/algorithm-store.ts'
import { readWorkflow } from '../definitions/workflow-store.ts'
import type { Database } from '../sql.ts'
import type { At, Runnable, RunRequest } from './run-request.ts'

/** What a run consists of. */
export interface RunSpec {
  /** "tiles@2", or the algorithm that runs alone. */
  readonly reference: string
  readonly spec: WorkflowSpec
}

/** Of names of steps. */
const STEP_NAME_MAX = 32

/** Reads the workflow, or makes one of a single step of an algorithm that runs alone. Throws NOT_FOUND. */
export async function readRunSpec(
  database: Database,
  organization: { readonly id: string; readonly slug: string },
  { what, inputs }: Pick<RunRequest, 'what' | 'inputs'>,
): Promise<RunSpec> {
  const { value } = what
  if (value.kind === 'workflow') {
    const key = { organizationId: organization.id, slug: value.slug }
    const workflow = await readWorkflow(database, key, value.version)
    if (workflow === undefined) {
      const version = value.version === undefined ? '' : `@${value.version}`
      throw notFound(what, 'WORKFLOW_NOT_FOUND', `there is no workflow ${value.slug}${version}`)
    }
    return { reference: `${workflow.slug}@${workflow.version}`, spec: workflow.spec }
  }
  const [algorithm] = await algorithmsByKeys(database, organization.id, [value.key])
  if (algorithm === undefined) {
    throw notFound(
      what,
      'ALGORITHM_NOT_FOUND',
      `there is no algorithm ${value.reference} that this organisation may run`,
    )
  }
  const reference = referenceOf(keyOf(algorithm), organization.slug)
  const { displayName, description, parameters, inputs: declared } = algorithm.spec
  const step = {
    name: algorithm.slug.slice(0, STEP_NAME_MAX),
    algorithm: reference,
    environment: value.environment,
    inputs: declared
      .filter(({ name, optional }) => !optional || inputs.has(name))
      .map(({ name }) => ({ name, from: `inputs.${name}` })),
    parameters: parameters.map(({ name }) => ({ name, value: `\${${name}}` })),
    after: [],
    fanOut: undefined,
    publish: true,
    maxDuration: undefined,
  }
  return { reference, spec: { displayName, description, parameters, inputs: declared, steps: [step] } }
}

function notFound({ field }: At<Runnable>, reason: string, description: string): DomainError {
  return new DomainError('NOT_FOUND', reason, `UsageError: ${field}: ${description}`, {
    violations: [{ field, description }],
  })
}
