export { algorithmState } from './algorithms/algorithm-store.ts'
export {
  createWorkflowsModule,
  type KnownDatasets,
  type WorkflowsModule,
  type WorkflowsModuleOptions,
} from './create-workflows-module.ts'
export {
  createWorkflowsWorker,
  type WorkflowsWorker,
  type WorkflowsWorkerOptions,
} from './create-workflows-worker.ts'
export { CONTAINERS_NEED_KUBERNETES, type ContainersAvailable } from './environments/containers-available.ts'
export { computeProviders, type OperatorRouteOptions, operatorRoute } from './facade/index.ts'
export { readWorkflowsSeed, seedWorkflows } from './seed/index.ts'
export { planWorkflows, type RunPlannerOptions } from './service/run-planner.ts'
export { createStagingRoutes } from './staging/index.ts'
