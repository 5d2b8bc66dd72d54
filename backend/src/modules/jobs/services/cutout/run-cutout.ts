import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FitsImage, openFileCutoutSink, type PixelBox, writeCutout } from '../../../../fits/index.ts'
import { withTaskImage } from '../images/open-task-image.ts'
import { renderImage } from '../images/render-image.ts'
import type { MadeFile, TaskReport } from '../task-run.ts'
import type { CutoutPayload } from './cutout-payload.ts'
import { previewLook } from './preview-look.ts'

/** Share of the work that the FITS file is; the rest is the picture of it. */
const CUT_SHARE = 0.8

export async function runCutout(payload: CutoutPayload, report: TaskReport): Promise<MadeFile[]> {
  const { box, baseName, sourceId, stencil } = payload
  const origin = { sourceId, stencil }
  if (box === undefined) {
    // SODA 1.0, section 4.3: a combination without pixels still has an entry among the results.
    const fileName = `${baseName}.txt`
    await writeFile(join(report.folder, fileName), `UsageError: ${payload.problem}\n`)
    return [{ fileName, mediaType: 'text/plain', ...origin }]
  }
  return withTaskImage(report, payload.location, payload.hdu, async (image) => {
    const fits = `${baseName}.fits`
    const { sizeBytes, axes } = await cut(image, box, join(report.folder, fits), payload, report)
    report.log(`${fits}: ${axes.join(' x ')} pixels, ${sizeBytes} bytes`)
    const result = { fileName: fits, mediaType: 'application/fits', ...origin }
    const { shownPlane: plane } = payload
    if (plane === undefined) return [result]
    const png = `${baseName}.png`
    const look = { ...previewLook, plane }
    const picture = await renderImage(image, box, look, (fraction) =>
      report.progress(CUT_SHARE + (1 - CUT_SHARE) * fraction),
    )
    await writeFile(join(report.folder, png), picture.png)
    return [result, { fileName: png, mediaType: 'image/png', ...origin }]
  })
}

async function cut(
  image: FitsImage,
  box: PixelBox,
  path: string,
  { sourceId, stencil, planes }: CutoutPayload,
  report: TaskReport,
) {
  const sink = await openFileCutoutSink(path, { blocking: true })
  try {
    return await writeCutout(image, box, sink, {
      sourceId,
      region: stencil,
      ...(planes === undefined ? {} : { planes }),
      onProgress: (fraction) => report.progress(CUT_SHARE * fraction),
    })
  } finally {
    await sink.close()
  }
}
