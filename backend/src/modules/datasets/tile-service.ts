import type { DatasetTile } from '@fairlead/proto/server/fairlead/datasets/v1/datasets'
import type { Logger } from 'pino'
import { FitsError, openImage } from '../../fits/index.ts'
import { openPyramid, PyramidMismatch, type TilePyramid } from '../../imaging/pyramid.ts'
import { type DatasetFiles, DatasetUnavailable } from '../../ports/dataset-files.ts'
import { ObjectNotFound, type Objects } from '../../ports/objects.ts'
import type { DatasetRecord } from './dataset.ts'
import { datasetUnavailable, tileOutOfRange } from './dataset-errors.ts'
import { openObjectByteSource } from './object-byte-source.ts'
import { SharedHandles } from './shared-handles.ts'

export interface TilePosition {
  readonly level: number
  readonly column: number
  readonly row: number
  /** Plane of a cube, from 0; for more than three axes in the order of the file. */
  readonly plane: number
}

interface OpenPyramid {
  readonly pyramid: TilePyramid
  close(): Promise<void>
}

// A view of the sky shows a few datasets at a time; each holds one file descriptor.
const OPEN_PYRAMIDS = 32

/** Pixels of images for the sky view, a tile at a time. */
export class TileService {
  readonly #objects: Objects
  readonly #files: DatasetFiles
  readonly #open: SharedHandles<OpenPyramid>

  constructor({ objects, files, log }: { objects: Objects; files: DatasetFiles; log: Logger }) {
    this.#objects = objects
    this.#files = files
    this.#open = new SharedHandles(
      OPEN_PYRAMIDS,
      (handle) => handle.close(),
      (error) => log.warn({ err: error }, 'a dataset file did not close'),
    )
  }

  async read(dataset: DatasetRecord, position: TilePosition, signal: AbortSignal): Promise<DatasetTile> {
    checkPosition(dataset, position)
    // The key names the content: after a replacement nobody is served from the old file.
    const key = `${dataset.content.pyramidKey} ${dataset.location.address} ${dataset.location.version}`
    try {
      const tile = await this.#open.use(
        key,
        () => this.#openPyramid(dataset),
        ({ pyramid }) => pyramid.readTile(position, signal),
      )
      if (tile === undefined)
        throw new Error(`the pyramid of ${dataset.publicId} lacks a tile that it should have`)
      const { widthPx, heightPx, minimum, maximum, codes } = tile
      return { widthPx, heightPx, minimum, maximum, codes: littleEndianBytes(codes) }
    } catch (error) {
      throw translated(dataset.publicId, error)
    }
  }

  close(): Promise<void> {
    return this.#open.close()
  }

  async #openPyramid(dataset: DatasetRecord): Promise<OpenPyramid> {
    const { hdu, pyramidKey } = dataset.content
    const source = await this.#files.open(dataset.location)
    try {
      const image = await openImage(source, { hdu })
      const pyramid = await openPyramid(image, await openObjectByteSource(this.#objects, pyramidKey))
      return { pyramid, close: () => source.close() }
    } catch (error) {
      await source.close()
      throw error
    }
  }
}

/** Throws OUT_OF_RANGE that names the field and its last value. */
function checkPosition({ content }: DatasetRecord, position: TilePosition): void {
  const { levels, tileSizePx } = content.pyramid
  const [width = 1n, height = 1n, ...others] = content.axes
  if (position.level >= levels) throw tileOutOfRange('level', levels)
  const tiles = (axis: bigint) => Math.ceil(Math.ceil(Number(axis) / 2 ** position.level) / tileSizePx)
  const counts = {
    column: tiles(width),
    row: tiles(height),
    plane: others.map(Number).reduce((planes, axis) => planes * axis, 1),
  }
  for (const field of ['column', 'row', 'plane'] as const) {
    if (position[field] >= counts[field]) throw tileOutOfRange(field, counts[field])
  }
}

function littleEndianBytes(codes: Uint16Array): Uint8Array {
  const bytes = Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength)
  return IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap16()
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function translated(datasetId: string, error: unknown): unknown {
  if (error instanceof DatasetUnavailable || error instanceof FitsError || error instanceof PyramidMismatch) {
    return datasetUnavailable(datasetId, error.message, error)
  }
  if (error instanceof ObjectNotFound) {
    return datasetUnavailable(
      datasetId,
      'Its preview is missing from the object store. Register it again.',
      error,
    )
  }
  return error
}
