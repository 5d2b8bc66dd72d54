export {
  type ImmediateFile,
  ImmediateJobs,
  type ImmediateJobsOptions,
  type ImmediateLimits,
  type ImmediateRequest,
} from './immediate-jobs.ts'
export { openScratch } from './scratch.ts'
