export {
  createWorkflowsModule,
  type KnownDatasets,
  type WorkflowsModule,
  type WorkflowsModuleOptions,
} from './create-workflows-module.ts'
export { CONTAINERS_NEED_KUBERNETES, type ContainersAvailable } from './environments/containers-available.ts'
export { planWorkflows, type RunPlannerOptions } from './service/run-planner.ts'
