import type { FitsImage } from '../fits/hdu.ts'
import { readPixels } from '../fits/image/read-pixels.ts'
import type { ByteSource } from '../fits/source/byte-source.ts'
import { PYRAMID_HEADER_BYTES, PyramidLayout, TILE_HEADER_BYTES, TILE_SIZE_PX } from './pyramid-layout.ts'
import { encodeTile, type TileCodes } from './tile-codes.ts'

export { type BuildPyramidOptions, buildPyramid, type PyramidStatistics } from './build-pyramid.ts'

/** One tile, first image row first; the fields of fairlead.datasets.v1.DatasetTile. */
export interface Tile extends TileCodes {
  widthPx: number
  heightPx: number
}

export interface TilePosition {
  /** 0 is the image at full resolution; each next level halves it. */
  level: number
  column: number
  row: number
  /** From 0. Default 0. */
  plane?: number
}

export interface TilePyramid {
  tileSizePx: number
  levels: number
  /** Undefined where there is no such tile. */
  readTile(position: TilePosition, signal?: AbortSignal): Promise<Tile | undefined>
}

/** A pyramid's file does not belong to the image: it has to be built again. */
export class PyramidMismatch extends Error {
  override readonly name = 'PyramidMismatch'
}

/** Reads tiles by byte range: level 0 from the image, the others from the file that buildPyramid wrote. */
export async function openPyramid(image: FitsImage, pyramid: ByteSource): Promise<TilePyramid> {
  const layout = new PyramidLayout(image.hdu.widthPx, image.hdu.heightPx, image.hdu.planes)
  const expected = layout.header()
  const found =
    pyramid.sizeBytes === layout.sizeBytes ? await pyramid.read(0, PYRAMID_HEADER_BYTES) : undefined
  if (!found || expected.some((byte, index) => byte !== found[index])) {
    throw new PyramidMismatch('The pyramid was built from another image. Register the dataset again.')
  }
  return {
    tileSizePx: TILE_SIZE_PX,
    levels: layout.levels.length,
    readTile: async ({ level, column, row, plane = 0 }, signal) => {
      const size = layout.tileSize(level, column, row)
      if (!size || !Number.isInteger(plane) || plane < 0 || plane >= image.hdu.planes) return undefined
      if (level === 0) return readImageTile(image, column, row, size, plane, signal)
      const offset = layout.tileOffset(plane, level, column, row)
      const bytes = await pyramid.read(offset, TILE_HEADER_BYTES + 2 * size.widthPx * size.heightPx, signal)
      return { ...size, ...decodeTile(bytes) }
    },
  }
}

async function readImageTile(
  image: FitsImage,
  column: number,
  row: number,
  size: { widthPx: number; heightPx: number },
  plane: number,
  signal: AbortSignal | undefined,
): Promise<Tile> {
  const xMin = column * TILE_SIZE_PX + 1
  const yMin = row * TILE_SIZE_PX + 1
  const box = { xMin, yMin, xMax: xMin + size.widthPx - 1, yMax: yMin + size.heightPx - 1 }
  const values = await readPixels(image, box, { plane, signal })
  return {
    ...size,
    ...encodeTile(values, size.widthPx, { x: 0, width: size.widthPx, height: size.heightPx }),
  }
}

function decodeTile(bytes: Uint8Array): TileCodes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const codes = new Uint16Array((bytes.length - TILE_HEADER_BYTES) / 2)
  for (let i = 0; i < codes.length; i++) codes[i] = view.getUint16(TILE_HEADER_BYTES + 2 * i, true)
  return { minimum: view.getFloat64(0, true), maximum: view.getFloat64(8, true), codes }
}
