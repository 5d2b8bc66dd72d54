export {
  createJobsModule,
  type JobsModule,
  type JobsModuleOptions,
  type ReadableDatasets,
} from './create-jobs-module.ts'
export { deleteJobs } from './delete-jobs.ts'
export { type ImmediateFile, ImmediateJobs, openScratch } from './immediate/index.ts'
export { defaultJobLimits, type JobLimits } from './job-limits.ts'
export { jobsAmong, type ShareKey, shareKey, sharesAmong } from './jobs-among.ts'
export type { People } from './owner-names.ts'
export { queueMetrics } from './queue/queue-metrics.ts'
export { resultBytes } from './result-bytes.ts'
export type { CollectInput } from './services/collect-tasks.ts'
export type { JobService, PlannedTask, TaskResult } from './services/job-service.ts'
export { openApiOfServices } from './services/openapi-of-services.ts'
export type { GivenParameters } from './services/parameters.ts'
export type { PlanContext, PlanLocations } from './services/plan-context.ts'
export type { MadeFile, TaskReport } from './services/task-run.ts'
export { moveShares } from './sharing/share-store.ts'
export { createJobsWorker, type JobsWorker, type JobsWorkerOptions } from './worker/jobs-worker.ts'
export type { InputOrder, TaskInput } from './worker/task-input.ts'
