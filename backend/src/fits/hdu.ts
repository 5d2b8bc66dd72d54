import { FitsError } from './fits-error.ts'
import type { FitsHeader } from './header/header.ts'
import { BLOCK_BYTES, readHeader } from './header/read-header.ts'
import { type ImageLayout, imageLayout } from './image/image-layout.ts'
import { foreignContent } from './sniff.ts'
import type { ByteSource } from './source/byte-source.ts'

/** Header and data unit: one header and the data that follows it. */
export interface Hdu {
  /** 0 for the primary HDU. */
  index: number
  /** EXTNAME, or an empty string. */
  name: string
  kind: 'IMAGE' | 'OTHER'
  header: FitsHeader
  dataOffset: number
  /** Bytes of data, padding excluded. */
  dataBytes: number
}

/** An HDU that holds an image with pixels. */
export interface ImageHdu extends Hdu, ImageLayout {
  kind: 'IMAGE'
}

/** An open FITS file's image. */
export interface FitsImage {
  source: ByteSource
  hdu: ImageHdu
}

/** HDUs looked at before giving up: a guard against a file made to keep the reader busy. */
const MAX_HDUS = 10_000
/** FITS 4.0 allows 999. No image that can be drawn or cut has more than a handful. */
const MAX_AXES = 16
const BITPIX = [8, 16, 32, 64, -32, -64]

/** Goes through the HDUs in file order, reading headers alone; data are skipped over by their size. */
export async function* walkHdus(source: ByteSource, signal?: AbortSignal): AsyncGenerator<Hdu> {
  await checkStart(source, signal)
  let offset = 0
  for (let index = 0; index < MAX_HDUS; index++) {
    if (index > 0 && !(await extensionStarts(source, offset, signal))) return
    const { header, dataOffset } = await readHeader(source, offset, signal)
    const dataBytes = dataSize(header, index)
    if (dataOffset + dataBytes > source.sizeBytes) {
      throw new FitsError(
        'TRUNCATED',
        `HDU ${index} says that its data end at byte ${dataOffset + dataBytes}, but the file ends at byte ${source.sizeBytes}. Copy the file again.`,
      )
    }
    const isImage =
      index === 0 ? header.get('GROUPS') !== true : header.string('XTENSION')?.trim() === 'IMAGE'
    const name = header.string('EXTNAME') ?? ''
    yield { index, name, kind: isImage ? 'IMAGE' : 'OTHER', header, dataOffset, dataBytes }
    offset = dataOffset + Math.ceil(dataBytes / BLOCK_BYTES) * BLOCK_BYTES
  }
}

export interface OpenImageOptions {
  /** Index of the HDU or its EXTNAME. Default: the first image HDU that has pixels. */
  hdu?: number | string
  signal?: AbortSignal | undefined
}

/** Finds the image in a file. The source stays the caller's to close. */
export async function openImage(source: ByteSource, options: OpenImageOptions = {}): Promise<FitsImage> {
  let compressed = false
  for await (const hdu of walkHdus(source, options.signal)) {
    if (hdu.header.get('ZIMAGE') === true) compressed = true
    const wanted =
      options.hdu === undefined
        ? hdu.kind === 'IMAGE' && hdu.dataBytes > 0
        : options.hdu === hdu.index || options.hdu === hdu.name
    if (!wanted) continue
    if (hdu.kind !== 'IMAGE' || hdu.dataBytes === 0) {
      throw new FitsError('NO_IMAGE', `HDU ${hdu.index} holds no image. Name an image HDU.`)
    }
    return { source, hdu: { ...hdu, kind: 'IMAGE', ...imageLayout(hdu.header, hdu.index) } }
  }
  if (compressed) {
    throw new FitsError(
      'UNSUPPORTED_IMAGE',
      'The image is tile-compressed (ZIMAGE = T in a BINTABLE), which is not read. Uncompress the file, for instance with funpack.',
    )
  }
  throw new FitsError(
    'NO_IMAGE',
    options.hdu === undefined ? 'No HDU of the file holds an image.' : `The file has no HDU ${options.hdu}.`,
  )
}

async function checkStart(source: ByteSource, signal?: AbortSignal): Promise<void> {
  const head = await source.read(0, Math.min(BLOCK_BYTES, source.sizeBytes), signal)
  const text = String.fromCharCode(...head.subarray(0, 30))
  if (/^SIMPLE {2}= +[TF]/.test(text)) {
    if (source.sizeBytes >= BLOCK_BYTES) return
    throw new FitsError(
      'TRUNCATED',
      `The file has ${source.sizeBytes} bytes, less than one header block of ${BLOCK_BYTES}. Copy the file again.`,
    )
  }
  const found = foreignContent(head)
  throw new FitsError(
    'NOT_FITS',
    `The file does not begin with "SIMPLE  =", so it is not FITS${found ? `; it looks like ${found}` : ''}.`,
  )
}

/** Anything else after the last HDU is "special records", which a reader ignores (section 3.5). */
async function extensionStarts(source: ByteSource, offset: number, signal?: AbortSignal): Promise<boolean> {
  if (offset + BLOCK_BYTES > source.sizeBytes) return false
  const head = await source.read(offset, 9, signal)
  return String.fromCharCode(...head) === 'XTENSION='
}

/** Equation 2 of section 4.4.1: |BITPIX| x GCOUNT x (PCOUNT + NAXIS1 x ... x NAXISm). */
function dataSize(header: FitsHeader, index: number): number {
  const bitpix = integer(header, 'BITPIX', index)
  if (!BITPIX.includes(bitpix)) {
    throw new FitsError(
      'BAD_HEADER',
      `BITPIX of HDU ${index} is ${bitpix}; it must be one of ${BITPIX.join(', ')}.`,
    )
  }
  const naxis = integer(header, 'NAXIS', index)
  if (naxis < 0 || naxis > 999) {
    throw new FitsError('BAD_HEADER', `NAXIS of HDU ${index} is ${naxis}; the standard allows 0 to 999.`)
  }
  if (naxis > MAX_AXES) {
    throw new FitsError(
      'UNSUPPORTED_IMAGE',
      `NAXIS of HDU ${index} is ${naxis}; images of up to ${MAX_AXES} axes are read. Extract the axes of interest first.`,
    )
  }
  if (naxis === 0) return 0
  const groups = index === 0 && header.get('GROUPS') === true
  let count = 1n
  for (let axis = 1; axis <= naxis; axis++) {
    const length = integer(header, `NAXIS${axis}`, index)
    if (length < 0) {
      throw new FitsError('BAD_HEADER', `NAXIS${axis} of HDU ${index} is ${length}; it must not be negative.`)
    }
    if (!(groups && axis === 1)) count *= BigInt(length)
  }
  const extra = index > 0 || groups
  const pcount = extra && header.has('PCOUNT') ? integer(header, 'PCOUNT', index) : 0
  const gcount = extra && header.has('GCOUNT') ? integer(header, 'GCOUNT', index) : 1
  if (pcount < 0 || gcount < 0) {
    throw new FitsError('BAD_HEADER', `PCOUNT and GCOUNT of HDU ${index} must not be negative.`)
  }
  const bytes = (BigInt(Math.abs(bitpix)) / 8n) * BigInt(gcount) * (BigInt(pcount) + count)
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER) - 1_000_000_000n) {
    throw new FitsError(
      'SIZE_OVERFLOW',
      `NAXISn of HDU ${index} ask for ${bytes} bytes of data; at most 2^53 can be addressed. Correct the header.`,
    )
  }
  return Number(bytes)
}

function integer(header: FitsHeader, keyword: string, index: number): number {
  const value = header.get(keyword)
  if (typeof value === 'bigint') {
    throw new FitsError(
      'SIZE_OVERFLOW',
      `${keyword} of HDU ${index} is ${value}, beyond 2^53. Correct the header.`,
    )
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new FitsError(
      'BAD_HEADER',
      `${keyword} of HDU ${index} is ${value === undefined ? 'missing' : JSON.stringify(value)}; it must be an integer.`,
    )
  }
  return value
}
