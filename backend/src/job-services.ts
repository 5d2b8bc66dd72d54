import type { JobService } from './modules/jobs/index.ts'
import { imageServices } from './modules/jobs/services/index.ts'
import { connectionsService } from './modules/locations/job/connections-service.ts'
import { workflowService } from './modules/workflows/service/workflow-service.ts'

/** Every service that jobs can run, of all modules; loaded by the processes of tasks too, which have no database. */
export const jobServices: readonly JobService[] = [...imageServices, connectionsService, workflowService]
