import { buffer } from 'node:stream/consumers'
import type { FitsUnit } from '@fairlead/proto/server/fairlead/files/v1/files'
import { type ByteSource, type Hdu, walkHdus } from '../../../fits/index.ts'
import type { Objects } from '../../../ports/objects.ts'

const UNITS = 100
const CARDS = 1000
/** Of headers, after which no further unit is looked at: a file can be nothing but headers. */
const READ_BYTES = 4 * 1024 ** 2

/** Headers of a FITS file, read by their place: its pixels stay in the store. Throws FitsError. */
export async function fitsPreview(
  objects: Pick<Objects, 'get'>,
  { objectKey, sizeBytes }: { readonly objectKey: string; readonly sizeBytes: bigint },
  signal: AbortSignal,
): Promise<FitsUnit[]> {
  const units: FitsUnit[] = []
  let readBytes = 0
  const source = sourceOf(objects, objectKey, Number(sizeBytes), (bytes) => {
    readBytes += bytes
  })
  for await (const hdu of walkHdus(source, signal)) {
    units.push(unitOf(hdu))
    if (units.length === UNITS || readBytes > READ_BYTES) break
  }
  return units
}

function unitOf({ index, name, header }: Hdu): FitsUnit {
  const axes: bigint[] = []
  for (let axis = 1; axis <= wholeOf(header.get('NAXIS')); axis += 1) {
    axes.push(BigInt(wholeOf(header.get(`NAXIS${axis}`))))
  }
  return {
    kind: index === 0 ? 'PRIMARY' : (header.string('XTENSION')?.trim() ?? ''),
    extensionName: name,
    axes,
    bitpix: wholeOf(header.get('BITPIX')),
    header: header.images().slice(0, CARDS),
  }
}

function wholeOf(value: unknown): number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : 0
}

function sourceOf(
  objects: Pick<Objects, 'get'>,
  key: string,
  sizeBytes: number,
  onRead: (bytes: number) => void,
): ByteSource {
  return {
    sizeBytes,
    mergeGapBytes: 64 << 10,
    async read(offset, length, signal) {
      signal?.throwIfAborted()
      if (length === 0) return new Uint8Array(0)
      onRead(length)
      return await buffer(await objects.get(key, { start: offset, end: offset + length }))
    },
    close: async () => undefined,
  }
}
