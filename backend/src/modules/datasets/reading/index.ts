export { ImageReader, type ImageReaderOptions } from './image-reader.ts'
