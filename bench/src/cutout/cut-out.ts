import {
  type ByteSource,
  openFileByteSource,
  openFileCutoutSink,
  openImage,
  type PixelBox,
  type Region,
  regionToPixelBox,
  Wcs,
  writeCutout,
} from '@fairlead/backend/fits'
import { PIXEL_DEG } from './make-image.ts'

/** Side of the cutouts. */
export const SIDE_PX = 512

export interface Cut {
  box: PixelBox
  bytesRead: number
  dataOffset: number
  /** Bytes of a row of the image. */
  rowBytes: number
  sizeBytes: number
}

/** What the service does for one cutout: open, read the header, find the box of a circle, copy it. */
export async function cutOut(image: string, output: string, x: number, y: number): Promise<Cut> {
  const file = openFileByteSource(image, { blocking: true })
  let bytesRead = 0
  const source: ByteSource = {
    ...file,
    read: (offset, length, signal) => {
      bytesRead += length
      return file.read(offset, length, signal)
    },
    readMany: async (ranges, signal) => {
      for (const { target } of ranges) bytesRead += target.length
      await file.readMany?.(ranges, signal)
    },
  }
  try {
    const opened = await openImage(source)
    const { header, widthPx, heightPx, bytesPerPixel, dataOffset } = opened.hdu
    const wcs = Wcs.fromHeader(header)
    const box = regionToPixelBox(wcs, widthPx, heightPx, circleAround(wcs, x, y))
    if (box.xMax - box.xMin + 1 !== SIDE_PX || box.yMax - box.yMin + 1 !== SIDE_PX) {
      throw new Error(`the box is not ${SIDE_PX} pixels wide and high`)
    }
    const sink = await openFileCutoutSink(output, { blocking: true })
    const { sizeBytes } = await writeCutout(opened, box, sink, { sourceId: 'bench', region: 'CIRCLE' })
    await sink.close()
    return { box, bytesRead, dataOffset, rowBytes: widthPx * bytesPerPixel, sizeBytes }
  } finally {
    await file.close()
  }
}

/** Its centre lies between two pixels, so that the box has an even side. */
function circleAround(wcs: Wcs, x: number, y: number): Region {
  const sky = wcs.pixelToSky(x + 0.5, y + 0.5)
  if (!sky) throw new Error('the circle is off the image')
  return { kind: 'circle', ...sky, radiusDeg: (SIDE_PX / 2 - 0.2) * PIXEL_DEG }
}
