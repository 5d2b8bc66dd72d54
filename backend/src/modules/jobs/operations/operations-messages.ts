import type { Phase as PhaseMessage } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type {
  OrganizationLoad as OrganizationLoadMessage,
  RunningTask,
  UnfinishedJob,
  Worker,
  WorkerState as WorkerStateMessage,
} from '@fairlead/proto/server/fairlead/jobs/v1/operations'
import { jobName } from '../job-messages.ts'
import type { OrganizationLoad, PlacedJob, PlacedTask } from './job-operations.ts'
import type { WorkerRecord } from './worker-store.ts'

/** A task is told by its place: its own name says what its job's parameters are. */
export function runningTaskMessage(task: PlacedTask, ownerDisplayName: string): RunningTask {
  const { organization } = task
  return {
    job: jobName(organization.slug, task.jobId),
    organization: `organizations/${organization.slug}`,
    organizationDisplayName: organization.displayName,
    ownerDisplayName,
    service: task.service,
    task: task.index,
    displayName: `${task.index + 1} of ${task.taskCount}`,
    attempt: task.attempt,
    worker: `workers/${task.worker}`,
    startTime: task.startTime,
    leaseExpireTime: task.leaseExpireTime,
    progress: task.progress,
  }
}

export function unfinishedJobMessage(
  { job, organization }: PlacedJob,
  ownerDisplayName: string,
): UnfinishedJob {
  const phase: PhaseMessage = `PHASE_${job.phase}`
  return {
    job: jobName(organization.slug, job.id),
    organization: `organizations/${organization.slug}`,
    organizationDisplayName: organization.displayName,
    ownerDisplayName,
    service: job.service,
    phase,
    phaseNote: job.phaseNote === undefined ? undefined : { ...job.phaseNote },
    createTime: job.createTime,
    queueTime: job.queueTime,
    taskCount: job.taskCount,
    tasksCompleted: job.tasksCompleted,
    tasksFailed: job.tasksFailed,
  }
}

export function organizationLoadMessage(load: OrganizationLoad): OrganizationLoadMessage {
  return {
    organization: `organizations/${load.organization.slug}`,
    displayName: load.organization.displayName,
    queuedJobs: load.queuedJobs,
    executingJobs: load.executingJobs,
    heldJobs: load.heldJobs,
    waitingTasks: load.waitingTasks,
    runningTasks: load.runningTasks,
    unfinishedJobsLimit: load.limits.unfinishedJobs,
    executingJobsLimit: load.limits.executingJobs,
    runningTasksLimit: load.limits.runningTasks,
    ownLimits: load.ownLimits,
  }
}

export function workerMessage(worker: WorkerRecord): Worker {
  const state: WorkerStateMessage = `WORKER_STATE_${worker.state}`
  return {
    name: `workers/${worker.id}`,
    host: worker.host,
    state,
    concurrency: worker.concurrency,
    runningTasks: worker.runningTasks,
    containerSlots: worker.containerSlots,
    runningContainerTasks: worker.runningContainerTasks,
    startTime: worker.startTime,
    leaseExpireTime: worker.leaseExpireTime,
  }
}
