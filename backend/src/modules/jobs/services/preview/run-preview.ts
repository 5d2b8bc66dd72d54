import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTaskImage } from '../images/open-task-image.ts'
import { renderImage } from '../images/render-image.ts'
import type { MadeFile, TaskReport } from '../task-run.ts'
import type { PreviewPayload } from './preview-payload.ts'

export async function runPreview(payload: PreviewPayload, report: TaskReport): Promise<MadeFile[]> {
  const { sourceId, stencil, box, look } = payload
  return withTaskImage(report, payload.location, payload.hdu, async (image) => {
    const picture = await renderImage(image, box, look, report.progress)
    const fileName = `${payload.baseName}.png`
    await writeFile(join(report.folder, fileName), picture.png)
    report.log(`${fileName}: ${picture.widthPx} x ${picture.heightPx} pixels, ${picture.png.length} bytes`)
    return [{ fileName, mediaType: 'image/png', sourceId, stencil }]
  })
}
