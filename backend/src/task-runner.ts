// The process that runs tasks for a worker, which starts it: services' code and the files of datasets, with
// no database, no secret and an empty environment.
import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { serveTasks } from './adapters/execution/process/serve-tasks.ts'
import { createObjectReader } from './adapters/objects/create-object-reader.ts'
import type { ObjectsSettings } from './adapters/objects/create-objects.ts'
import type { S3ClientOptions } from './adapters/s3/s3-client.ts'
import { jobServices } from './job-services.ts'
import { READ_IMAGE } from './modules/datasets/reading/reading-files.ts'
import { runSteps } from './modules/jobs/services/run-service.ts'
import type { DatasetLocation } from './ports/dataset-files.ts'

/** What the worker gives: the stores that datasets may stand in. */
export interface TaskRunnerConfiguration {
  readonly s3: S3ClientOptions | undefined
  readonly objects: ObjectsSettings
}

serveTasks((configuration) => {
  const { s3, objects } = configuration as TaskRunnerConfiguration
  const files = createDatasetFiles({ s3, objects: createObjectReader(objects) })
  const run = runSteps(jobServices, (location) => files.open(location as DatasetLocation, { blocking: true }))
  return async (order, report) => {
    if (order.service !== READ_IMAGE) return await run(order, report)
    // Loaded when it is wanted, which is seldom.
    const { readImage } = await import('./modules/datasets/reading/read-image.ts')
    return await readImage(files, order.payload as DatasetLocation, report)
  }
})
