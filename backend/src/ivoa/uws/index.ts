export { namingParameters } from './control-parameters.ts'
export { type JobList, UwsJobs, type UwsJobsOptions } from './uws-jobs.ts'
export { uwsRoute } from './uws-route.ts'
