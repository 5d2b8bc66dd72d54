// The process that runs tasks for a worker, which starts it: services' code and the files of datasets, with
// no database, no secret and an empty environment.
import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { serveTasks } from './adapters/execution/process/serve-tasks.ts'
import type { S3ClientOptions } from './adapters/s3/s3-client.ts'
import { jobServices } from './job-services.ts'
import { runSteps } from './modules/jobs/services/run-service.ts'
import type { DatasetLocation } from './ports/dataset-files.ts'

/** What the worker gives: the store that datasets may stand in. */
export interface TaskRunnerConfiguration {
  readonly s3: S3ClientOptions | undefined
}

serveTasks((configuration) => {
  const files = createDatasetFiles(configuration as TaskRunnerConfiguration)
  return runSteps(jobServices, (location) => files.open(location as DatasetLocation, { blocking: true }))
})
