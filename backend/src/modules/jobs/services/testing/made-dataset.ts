import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findLocalFiles } from '../../../../adapters/dataset-files/local-files.ts'
import { memoryByteSource, openImage } from '../../../../fits/index.ts'
import { type MadeImage, makeFits } from '../../../../fits/testing/make-fits.ts'
import type { PlanDataset } from '../plan-context.ts'

/** Writes an image as a FITS file and returns it as the datasets module would. */
export async function madeDataset(folder: string, id: string, image: MadeImage): Promise<PlanDataset> {
  const bytes = makeFits(image)
  const path = join(folder, `${id}.fits`)
  await writeFile(path, bytes)
  const [location] = await findLocalFiles(path)
  const { hdu } = await openImage(memoryByteSource(bytes))
  return {
    id,
    location,
    hdu: hdu.index,
    header: hdu.header.images(),
    axes: hdu.axes,
    bitpix: hdu.bitpix,
    unavailableReason: undefined,
  }
}
