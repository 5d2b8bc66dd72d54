export { createProcessExecution, type ProcessExecutionOptions } from './process-execution.ts'
export { serveTasks } from './serve-tasks.ts'
