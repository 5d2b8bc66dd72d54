export { seedWorkflows, type WorkflowsSeedOptions } from './seed-workflows.ts'
export { readWorkflowsSeed } from './workflows-seed.ts'
