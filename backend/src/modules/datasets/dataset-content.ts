import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { FitsError, type FitsImage, openImage, skyCoverage, Wcs } from '../../fits/index.ts'
import type { CurrentFile } from '../../ports/dataset-files.ts'
import type { Coverage, DatasetContent } from './dataset.ts'

/** What the header tells of an image. */
export interface ImageFacts {
  readonly image: FitsImage
  readonly content: Pick<DatasetContent, 'hdu' | 'bitpix' | 'axes' | 'unit' | 'header' | 'coverage'>
  /** Sentences for whoever registers: the image is taken, with a limitation. */
  readonly notes: readonly string[]
}

/** Reads headers alone. Throws FitsError. */
export async function readImageFacts(
  file: Pick<CurrentFile, 'source'>,
  signal?: AbortSignal,
): Promise<ImageFacts> {
  const image = await openImage(file.source, signal === undefined ? {} : { signal })
  const { hdu } = image
  const { coverage, notes } = coverageOf(image)
  return {
    image,
    content: {
      hdu: hdu.index,
      bitpix: hdu.bitpix,
      axes: hdu.axes.map(BigInt),
      unit: hdu.unit,
      header: hdu.header.images(),
      coverage,
    },
    notes,
  }
}

function coverageOf({ hdu }: FitsImage): { coverage: Coverage | undefined; notes: string[] } {
  try {
    const wcs = Wcs.fromHeader(hdu.header)
    const coverage = skyCoverage(wcs, hdu.widthPx, hdu.heightPx)
    const middle = wcs.pixelToSky((hdu.widthPx + 1) / 2, (hdu.heightPx + 1) / 2)
    return { coverage: { ...coverage, interior: middle ?? coverage.center }, notes: [] }
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    if (error.reason === 'NO_WCS') {
      return {
        coverage: undefined,
        notes: ['It has no celestial coordinate system: it cannot be cut out by region.'],
      }
    }
    return { coverage: undefined, notes: [`It cannot be cut out by region: ${error.message}`] }
  }
}

/** SHA-256 of the whole file, lower-case hexadecimal. */
export async function fileSha256(file: CurrentFile, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(
    await file.stream(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk)
    },
    signal === undefined ? {} : { signal },
  )
  return hash.digest('hex')
}
