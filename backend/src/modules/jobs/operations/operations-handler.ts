import { OperationsServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/operations'
import { organizationSlug } from '../../../server/authorize.ts'
import { callerOf } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { jobIdOf, phaseOfMessage } from '../job-messages.ts'
import type { OwnerNames } from '../owner-names.ts'
import type { JobOperations } from './job-operations.ts'
import {
  organizationLoadMessage,
  runningTaskMessage,
  unfinishedJobMessage,
  workerMessage,
} from './operations-messages.ts'

const DEFAULT_PAGE_SIZE = 100

export interface OperationsHandlerDependencies {
  readonly operations: JobOperations
  readonly names: OwnerNames
  readonly pageTokens: PageTokens
}

export function operationsHandler({
  operations,
  names,
  pageTokens,
}: OperationsHandlerDependencies): RegisteredService {
  return registeredService(OperationsServiceService, {
    async listRunningTasks({ organization, worker, pageSize, pageToken }) {
      const scope = pageScope('ListRunningTasks', { organization, worker })
      const [startTime, jobId, index] = pageTokens.decode(scope, pageToken) ?? []
      const { tasks, next } = await operations.runningTasks(
        organizationSlug(organization),
        worker === '' ? undefined : workerId(worker),
        startTime === undefined || jobId === undefined
          ? undefined
          : { startTime, jobId, index: Number(index) },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const owners = await names.of(tasks.map(({ ownerId }) => ownerId))
      return {
        tasks: tasks.map((task) => runningTaskMessage(task, owners.get(task.ownerId) ?? '')),
        nextPageToken:
          next === undefined
            ? ''
            : pageTokens.encode(scope, [next.startTime, next.jobId, String(next.index)]),
      }
    },

    async listUnfinishedJobs({ organization, phases, pageSize, pageToken }) {
      const scope = pageScope('ListUnfinishedJobs', { organization, phases })
      const [createTime, jobId] = pageTokens.decode(scope, pageToken) ?? []
      const { jobs, next } = await operations.unfinishedJobs(
        organizationSlug(organization),
        phases.flatMap((phase) => phaseOfMessage(phase) ?? []),
        createTime === undefined || jobId === undefined ? undefined : { createTime, jobId },
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      const owners = await names.of(jobs.map(({ job }) => job.ownerId))
      return {
        jobs: jobs.map((placed) => unfinishedJobMessage(placed, owners.get(placed.job.ownerId) ?? '')),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next.createTime, next.jobId]),
      }
    },

    async listOrganizationLoads({ pageSize, pageToken }) {
      const scope = pageScope('ListOrganizationLoads', {})
      const [after] = pageTokens.decode(scope, pageToken) ?? []
      const { loads, next } = await operations.loads(
        after ?? '',
        pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize,
      )
      return {
        loads: loads.map(organizationLoadMessage),
        nextPageToken: next === undefined ? '' : pageTokens.encode(scope, [next]),
      }
    },

    async setOrganizationLimits(request, { log, caller }) {
      const load = await operations.setLimits(slugOf(request.organization), {
        unfinishedJobs: request.unfinishedJobsLimit,
        executingJobs: request.executingJobsLimit,
        runningTasks: request.runningTasksLimit,
      })
      log.info({ ...request, userId: caller?.userId }, 'the operator set limits')
      return organizationLoadMessage(load)
    },

    async listWorkers() {
      return { workers: (await operations.workers()).map(workerMessage) }
    },

    async pauseWorker({ worker }, { log, caller }) {
      const changed = await operations.setWorker(workerId(worker), 'PAUSED')
      log.info({ worker, userId: caller?.userId }, 'the operator paused a worker')
      return workerMessage(changed)
    },

    async drainWorker({ worker }, { log, caller }) {
      const changed = await operations.setWorker(workerId(worker), 'DRAINING')
      log.info({ worker, userId: caller?.userId }, 'the operator drained a worker')
      return workerMessage(changed)
    },

    async resumeWorker({ worker }, { log, caller }) {
      const changed = await operations.setWorker(workerId(worker), 'ACTIVE')
      log.info({ worker, userId: caller?.userId }, 'the operator resumed a worker')
      return workerMessage(changed)
    },

    async abortJob({ job, reason }, context) {
      const { userId } = callerOf(context)
      await operations.abort(slugOf(job), jobIdOf(job), reason, userId)
      context.log.info({ job: jobIdOf(job), userId }, 'the operator aborted a job')
      return {}
    },

    async holdJob({ job, reason }, context) {
      const { userId } = callerOf(context)
      await operations.hold(slugOf(job), jobIdOf(job), reason, userId)
      context.log.info({ job: jobIdOf(job), userId }, 'the operator holds a job')
      return {}
    },

    async releaseJob({ job }, { log, caller }) {
      await operations.release(slugOf(job), jobIdOf(job))
      log.info({ job: jobIdOf(job), userId: caller?.userId }, 'the operator released a job')
      return {}
    },
  })
}

/** The worker of "workers/{worker}". */
function workerId(name: string): string {
  return name.slice('workers/'.length)
}

function slugOf(name: string): string {
  return organizationSlug(name) ?? ''
}
