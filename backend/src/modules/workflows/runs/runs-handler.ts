import type { WorkflowServiceService } from '@fairlead/proto/server/fairlead/workflows/v1/workflows'
import { DomainError } from '../../../errors/domain-error.ts'
import { type OrganizationCallContext, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { pushedStream } from '../../../server/pushed-stream.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import type { Actor, JobsModule } from '../../jobs/index.ts'
import { type RetryRunOptions, retryRun } from './retry-run.ts'
import { containerMessage, runMessage } from './run-messages.ts'
import type { RunWatch } from './run-watch.ts'
import { RunsService } from './runs-service.ts'

export interface RunMethodsOptions extends Omit<RetryRunOptions, 'retries'> {
  readonly pageTokens: PageTokens
  readonly watch: RunWatch
  readonly jobs: Pick<JobsModule, 'retries' | 'describe'>
}

/** Of the WorkflowService, those of runs. */
export type RunMethods = Pick<
  ServiceHandlers<typeof WorkflowServiceService>,
  'getWorkflowRun' | 'watchWorkflowRun' | 'listStepContainers' | 'retryWorkflowRun'
>

const DEFAULT_PAGE_SIZE = 100

export function runMethods(options: RunMethodsOptions): RunMethods {
  const { dataSource, pageTokens, watch, jobs } = options
  const runs = new RunsService(dataSource)

  return {
    async getWorkflowRun(request, context) {
      const { organization } = organizationContext(context)
      const { job, steps } = await runs.get(organization.id, jobIdOf(request.name))
      return runMessage(job, steps, organization.slug)
    },

    watchWorkflowRun(request, context) {
      return pushedStream(async (sink, signal) => {
        const { id, slug } = organizationContext(context).organization
        const job = await runs.job(id, jobIdOf(request.name))
        const describe = async () => {
          const run = await whileThere(() => runs.get(id, job.id))
          return run === undefined ? undefined : runMessage(run.job, run.steps, slug)
        }
        await watch.changes(job.id, describe, context.signal).pushTo(sink, signal)
      })
    },

    async listStepContainers(request, context) {
      const { parent, task, pageSize, pageToken } = request
      const scope = pageScope('ListStepContainers', { parent, task })
      const [after] = pageTokens.decode(scope, pageToken) ?? []
      const { containers, next, showsNodes } = await runs.containers(
        actorOf(organizationContext(context)),
        jobIdOf(parent),
        task,
        after === undefined ? -1 : Number(after),
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        containers: containers.map((container) => containerMessage(container, showsNodes)),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [String(next)]),
      }
    },

    async retryWorkflowRun(request, context) {
      const caller = organizationContext(context)
      const job = await runs.job(caller.organization.id, jobIdOf(request.name))
      const requestId = request.requestId === '' ? undefined : request.requestId
      const retried = await retryRun(
        { ...options, retries: jobs.retries },
        actorOf(caller),
        job.id,
        requestId,
        context.signal,
      )
      return jobs.describe(caller, retried)
    },
  }
}

/** The job in "organizations/{slug}/jobs/{id}". */
function jobIdOf(name: string): string {
  return name.split('/')[3] ?? ''
}

/** Undefined once it is deleted. */
async function whileThere<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof DomainError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

function actorOf({ organization, caller, permissions }: OrganizationCallContext): Actor {
  return {
    organizationId: organization.id,
    userId: caller.userId,
    displayName: caller.displayName,
    permissions,
    managesJobs: permissions.has('jobs.manage'),
  }
}
