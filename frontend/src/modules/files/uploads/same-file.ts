import { fingerprintOf } from './fingerprint'
import type { RememberedUpload } from './upload-memory'

export const otherSize = 'This file has another size than the one that was begun.'
export const unreadable = 'The file could not be read.'

/** Why this is not the file of the upload, in a sentence; undefined when it is. */
export async function differenceOf(record: RememberedUpload, file: File): Promise<string | undefined> {
  if (file.name !== record.displayName) return `This is “${file.name}”, and not “${record.displayName}”.`
  if (file.size !== record.sizeBytes) return otherSize
  try {
    if ((await fingerprintOf(file)) === record.fingerprint) return undefined
  } catch {
    return unreadable
  }
  return 'This file has another content than the one that was begun.'
}
