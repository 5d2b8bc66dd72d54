import type { ObjectUpload, UploadShape } from '../../../ports/objects.ts'
import { quarantineKey } from '../versions/file-keys.ts'
import type { FileVersion } from '../versions/file-version.ts'

/** How the content of a version is sent. */
export function shapeOf(version: FileVersion): UploadShape {
  return {
    sizeBytes: Number(version.sizeBytes),
    partSizeBytes: Number(version.partSizeBytes ?? version.sizeBytes),
  }
}

/** As the store knows it. */
export function uploadOf(version: FileVersion): ObjectUpload {
  if (version.uploadId === undefined) throw new Error(`version ${version.id} has no upload in the store`)
  return { key: version.objectKey ?? quarantineKey(version.id), uploadId: version.uploadId }
}

/** From 1. */
export function partNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
