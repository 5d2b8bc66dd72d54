export { type Actor, isEntitled } from './actor.ts'
export { readJob } from './change-job.ts'
export {
  createJobsModule,
  type JobsModule,
  type JobsModuleOptions,
  type ReadableDatasets,
} from './create-jobs-module.ts'
export { deleteJobs } from './delete-jobs.ts'
export { type ImmediateFile, ImmediateJobs, openScratch } from './immediate/index.ts'
export { type JobRecord, keptPrefix, type Parameter, runPrefix, type TaskOutput } from './job.ts'
export { defaultJobLimits, type JobLimits } from './job-limits.ts'
export { jobsChannel, parseNotice } from './job-notice.ts'
export { jobsAmong, type ShareKey, shareKey, sharesAmong } from './jobs-among.ts'
export { jobNotFound } from './jobs-errors.ts'

export type { People } from './owner-names.ts'
export { type ContainerLoad, containerLoad } from './queue/container-load.ts'
export { queueMetrics } from './queue/queue-metrics.ts'
export { resultBytes } from './result-bytes.ts'
export type { JobRetries, KeptTask, RetryOrder } from './retry/job-retries.ts'
export type { RetriedTask } from './retry/retried-tasks.ts'
export type { CollectInput } from './services/collect-tasks.ts'
export type {
  JobService,
  ParameterSchema,
  PlannedTask,
  PlannedUse,
  TaskResult,
} from './services/job-service.ts'
export { openApiOfServices } from './services/openapi-of-services.ts'
export { type GivenParameters, problemOf } from './services/parameters.ts'
export type { PlanContext, PlanDataset, PlanLocations, PlanWorkflows } from './services/plan-context.ts'
export type { MadeFile, TaskReport } from './services/task-run.ts'
export { moveShares } from './sharing/share-store.ts'
export type { Attempt } from './task-store.ts'
export type { JobWithResults } from './whole-job.ts'
export type { ExternalResult, ExternalRun, ExternalTask } from './worker/external-run.ts'
export { createJobsWorker, type JobsWorker, type JobsWorkerOptions } from './worker/jobs-worker.ts'
export type { InputOrder, TaskInput } from './worker/task-input.ts'
