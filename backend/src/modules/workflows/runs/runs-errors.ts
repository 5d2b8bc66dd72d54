import { DomainError } from '../../../errors/domain-error.ts'

export const stepNotFound = (task: number) => {
  const description = `the run has no step of task ${task}; see GetWorkflowRun`
  return new DomainError('NOT_FOUND', 'STEP_NOT_FOUND', `task: ${description}`, {
    violations: [{ field: 'task', description }],
  })
}
