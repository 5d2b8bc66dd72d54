export { connectionsInput } from './connections-input.ts'
export { forgetInJobs } from './forget-in-jobs.ts'
export { planLocations } from './plan-locations.ts'
