import { FitsError, type FitsImage, openImage } from '../../../../fits/index.ts'
import { DatasetUnavailable } from '../../../../ports/dataset-files.ts'
import { ExecutionFailed } from '../../../../ports/execution.ts'
import type { TaskReport } from '../task-run.ts'

/** Opens an image for a task, and closes it behind the work; what is wrong with the file fails the task. */
export async function withTaskImage<Result>(
  report: TaskReport,
  location: unknown,
  hdu: number,
  work: (image: FitsImage) => Promise<Result>,
): Promise<Result> {
  try {
    const source = await report.openDataset(location)
    try {
      return await work(await openImage(source, { hdu }))
    } finally {
      await source.close()
    }
  } catch (error) {
    if (error instanceof FitsError) throw new ExecutionFailed(error.reason, error.message, false)
    if (error instanceof DatasetUnavailable) {
      throw new ExecutionFailed('DATASET_UNAVAILABLE', error.message, true)
    }
    throw error
  }
}
