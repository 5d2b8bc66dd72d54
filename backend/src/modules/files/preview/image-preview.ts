import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { imageSize } from 'image-size'
import { ExecutionFailed } from '../../../ports/execution.ts'
import { NOT_SHOWN } from './preview-order.ts'

/** Of Node, whose types leave it out. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<CompiledModule> }
type CompiledModule = object

/** On the longer side. */
const LONGEST_PX = 1024
/** Four bytes each, twice: as it is decoded and on its way into the scaling. */
const MOST_PIXELS = 40_000_000

interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** By media type. Decoders are WebAssembly: what they do wrong stays in their own memory. */
const decoders: Readonly<Record<string, (content: ArrayBuffer) => Promise<Pixels>>> = {
  'image/png': decodePng,
  'image/jpeg': decodeJpeg,
  'image/webp': decodeWebp,
}

export interface SmallImage {
  readonly png: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** A smaller image as PNG. Throws ExecutionFailed with a sentence for people. */
export async function imagePreview(content: Buffer, mediaType: string): Promise<SmallImage> {
  const decode = decoders[mediaType]
  if (decode === undefined) throw notShown('Images of this type are not shown here. Fetch the file.')
  const { width, height } = sizeOf(content)
  if (width * height > MOST_PIXELS) {
    throw notShown(
      `The image has ${width} x ${height} pixels; up to ${MOST_PIXELS / 1_000_000} million are shown. Fetch the file.`,
    )
  }
  providePixels()
  const pixels = await decode(arrayBufferOf(content)).catch((error: unknown) => {
    throw notShown('The image is damaged: it cannot be decoded.', error)
  })
  return { png: await asPng(await smaller(pixels)), widthPx: pixels.width, heightPx: pixels.height }
}

/** Before anything is decoded: a small file can claim to be a huge image. */
function sizeOf(content: Buffer): { width: number; height: number } {
  try {
    return imageSize(content)
  } catch (error) {
    throw notShown('The image is damaged: it does not say how large it is.', error)
  }
}

async function smaller(pixels: Pixels): Promise<Pixels> {
  const scale = LONGEST_PX / Math.max(pixels.width, pixels.height)
  if (scale >= 1) return pixels
  const { default: resize, initResize } = await import('@jsquash/resize')
  await initResize(await module('@jsquash/resize', 'lib/resize/pkg/squoosh_resize_bg.wasm'))
  return await resize(pixels, {
    width: Math.max(1, Math.round(pixels.width * scale)),
    height: Math.max(1, Math.round(pixels.height * scale)),
    method: 'triangle',
  })
}

async function decodePng(content: ArrayBuffer): Promise<Pixels> {
  const { decode, init } = await import('@jsquash/png/decode.js')
  await init(await pngModule())
  return await decode(content)
}

async function asPng(pixels: Pixels): Promise<Uint8Array> {
  const { default: encode, init } = await import('@jsquash/png/encode.js')
  await init(await pngModule())
  return new Uint8Array(await encode(pixels))
}

const pngModule = () => module('@jsquash/png', 'codec/pkg/squoosh_png_bg.wasm')

async function decodeJpeg(content: ArrayBuffer): Promise<Pixels> {
  const jpeg = await import('@jsquash/jpeg/decode.js')
  const init = jpeg.init as unknown as (compiled: CompiledModule) => Promise<void>
  await init(await module('@jsquash/jpeg', 'codec/dec/mozjpeg_dec.wasm'))
  return await jpeg.default(content, { preserveOrientation: true })
}

async function decodeWebp(content: ArrayBuffer): Promise<Pixels> {
  const webp = await import('@jsquash/webp/decode.js')
  const init = webp.init as unknown as (compiled: CompiledModule) => Promise<void>
  await init(await module('@jsquash/webp', 'codec/dec/webp_dec.wasm'))
  return await webp.default(content)
}

/** Made for browsers, the packages would fetch it. */
async function module(packageName: string, path: string): Promise<CompiledModule> {
  const require = createRequire(import.meta.url)
  return await WebAssembly.compile(await readFile(require.resolve(`${packageName}/${path}`)))
}

/** What the decoders answer with, which browsers have. */
function providePixels(): void {
  Object.assign(globalThis, {
    ImageData: class {
      readonly data: Uint8ClampedArray
      readonly width: number
      readonly height: number

      constructor(data: Uint8ClampedArray, width: number, height: number) {
        this.data = data
        this.width = width
        this.height = height
      }
    },
  })
}

function arrayBufferOf(content: Buffer): ArrayBuffer {
  return new Uint8Array(content).buffer
}

const notShown = (sentence: string, cause?: unknown) =>
  Object.assign(new ExecutionFailed(NOT_SHOWN, sentence, false), { cause })
