export { OnesComplementSum } from './cutout/checksum.ts'
export type { KeptPlanes } from './cutout/cutout-header.ts'
export {
  type CutoutSink,
  type FileCutoutSink,
  type FileCutoutSinkOptions,
  openFileCutoutSink,
} from './cutout/cutout-sink.ts'
export { encodedHeaderBytes, encodeHeader } from './cutout/encode-header.ts'
export {
  type CutoutOptions,
  cutoutSizeBytes,
  type WriteCutoutOptions,
  type WrittenCutout,
  writeCutout,
} from './cutout/write-cutout.ts'
export { FitsError, type FitsErrorReason } from './fits-error.ts'
export { type FitsImage, type Hdu, type ImageHdu, type OpenImageOptions, openImage, walkHdus } from './hdu.ts'
export type { Card, CardValue } from './header/card.ts'
export { formatCard } from './header/format-card.ts'
export { FitsHeader, type KeywordReader } from './header/header.ts'
export { type Bitpix, type ImageLayout, imageLayout, type Scaling } from './image/image-layout.ts'
export type { PixelBox } from './image/pixel-box.ts'
export { type ReadPixelsOptions, readPixels, readPixelsFloat32 } from './image/read-pixels.ts'
export type { ByteRange, ByteSource } from './source/byte-source.ts'
export { type FileByteSourceOptions, openFileByteSource } from './source/file-byte-source.ts'
export { memoryByteSource } from './source/memory-byte-source.ts'
export * from './spectral/index.ts'
export * from './wcs/index.ts'
