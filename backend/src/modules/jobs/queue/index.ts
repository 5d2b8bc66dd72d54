export {
  dequeueTasks,
  enqueueTasks,
  handBackTasks,
  wakeWorkers,
  workersChannel,
} from '../job-queue.ts'
export { stopJob } from '../task-endings.ts'
export { Housekeeping, type HousekeepingOptions } from './housekeeping.ts'
export { defaultExecutionLimits, type ExecutionLimits } from './organization-limits.ts'
export { JOBS_AHEAD_MAX, type QueuePosition, queuePosition } from './queue-position.ts'
