export { namingParameters } from './control-parameters.ts'
export type { JobList } from './job-lists.ts'
export { UwsJobs, type UwsJobsOptions } from './uws-jobs.ts'
export { uwsRoute } from './uws-route.ts'
