import type { DataSource } from 'typeorm'
import { DomainError } from '../../../errors/domain-error.ts'
import type { FilesService } from '../../files/index.ts'
import type { IdentityService } from '../../identity/index.ts'
import type { GivenParameters, PlanContext, PlannedTask, PlanWorkflows } from '../../jobs/index.ts'
import { readLibrary } from '../definitions/workflow-library.ts'
import { violationsOfWorkflow } from '../definitions/workflow-rules.ts'
import { type ContainersAvailable, containersUnavailable } from '../environments/containers-available.ts'
import { estimateStep } from './estimate-step.ts'
import { planSteps } from './plan-steps.ts'
import { invalidRun, parseRunRequest, type RunRequest } from './run-request.ts'
import { violationsOfSources } from './run-sources.ts'
import { type RunSpec, readRunSpec } from './run-spec.ts'

export interface RunPlannerOptions {
  readonly dataSource: DataSource
  readonly identity: Pick<IdentityService, 'organizationById'>
  readonly files: Pick<FilesService, 'released'>
  readonly containers: ContainersAvailable
  /** Prefixes of images that may run. */
  readonly registries: readonly string[]
}

/** For the jobs module: plans runs for each organisation. */
export function planWorkflows(options: RunPlannerOptions): (organizationId: string) => PlanWorkflows {
  return (organizationId) => ({
    plan: (parameters, context) => planRun(options, organizationId, parameters, context),
  })
}

/** One task for each step, in an order in which they can run; everything is as it is now, and stays so for the run. */
async function planRun(
  options: RunPlannerOptions,
  organizationId: string,
  parameters: GivenParameters,
  context: PlanContext,
): Promise<readonly PlannedTask[]> {
  const { dataSource, identity, files, containers, registries } = options
  if (!containers.available) throw containersUnavailable(containers.message)
  const organization = await identity.organizationById(organizationId)
  if (organization === undefined) throw new Error(`there is no organisation ${organizationId}`)
  const request = parseRunRequest(parameters, organization.slug)
  const run = await readRunSpec(dataSource, organization, request)
  const library = await readLibrary(
    dataSource,
    { organizationId, organization: organization.slug, registries },
    [run.spec],
  )
  const [problem] = violationsOfWorkflow(run.spec, library)
  if (problem !== undefined) throw notRunnable(run, request, problem.description)

  const planned = planSteps(run, request, library)
  const violations = [
    ...planned.violations,
    ...(await violationsOfSources({
      organizationId,
      inputs: request.inputs,
      readers: planned.readers,
      dataset: context.dataset,
      files,
      signal: context.signal,
    })),
  ]
  if (violations.length > 0) throw invalidRun(violations)
  return planned.steps.map((step) => ({
    displayName: step.step,
    payload: step,
    needs: step.needs,
    publish: step.publish,
    ...estimateStep(step),
  }))
}

/** What was right when it was saved is not any more. */
function notRunnable({ reference }: RunSpec, { what }: RunRequest, description: string): DomainError {
  return new DomainError(
    'FAILED_PRECONDITION',
    'WORKFLOW_NOT_RUNNABLE',
    `${reference} cannot be run now: ${description}.`,
    { violations: [{ field: what.field, description }], metadata: { workflow: reference } },
  )
}
