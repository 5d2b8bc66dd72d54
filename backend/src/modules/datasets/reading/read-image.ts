import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FitsError } from '../../../fits/index.ts'
import { buildPyramid } from '../../../imaging/pyramid.ts'
import { type DatasetFiles, type DatasetLocation, DatasetUnavailable } from '../../../ports/dataset-files.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import { readImageFacts } from '../dataset-content.ts'
import { FACTS_FILE, PYRAMID_FILE, UNREADABLE } from './reading-files.ts'

/** What the process gives back: files in the folder of its task. */
interface MadeFile {
  readonly fileName: string
  readonly mediaType: string
  readonly sourceId: string
  readonly stencil: string
}

/** In a process of its own: reads an image once, and leaves its pyramid and what its header tells in the folder. */
export async function readImage(
  files: DatasetFiles,
  location: DatasetLocation,
  { folder }: { readonly folder: string },
): Promise<{ files: MadeFile[] }> {
  try {
    const { source } = await files.openCurrent(location.address, { blocking: true })
    try {
      const { image, content, notes } = await readImageFacts({ source })
      const made = await buildPyramid(image, join(folder, PYRAMID_FILE))
      const { tileSizePx, levels, percentile1, percentile99, minimum, maximum } = made
      const pyramid = { tileSizePx, levels, percentile1, percentile99, minimum, maximum }
      const facts = { ...content, axes: content.axes.map(String), pyramid, notes }
      await writeFile(join(folder, FACTS_FILE), JSON.stringify(facts))
    } finally {
      await source.close()
    }
  } catch (error) {
    if (error instanceof FitsError || error instanceof DatasetUnavailable) {
      throw new ExecutionFailed(UNREADABLE, error.message, false)
    }
    throw error
  }
  const made = { mediaType: 'application/octet-stream', sourceId: '', stencil: '' }
  return { files: [FACTS_FILE, PYRAMID_FILE].map((fileName) => ({ ...made, fileName })) }
}
