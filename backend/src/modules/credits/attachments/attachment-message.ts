import type { Attachment as AttachmentMessage } from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import type { AttachedFile } from './attached-file.ts'

/** @param slug of the organisation that attached the file */
export function attachedFileMessage(
  displayName: string,
  file: AttachedFile,
  slug: string,
): AttachmentMessage {
  return {
    displayName,
    url: '',
    file: `organizations/${slug}/files/${file.id}`,
    fileVersion: file.version,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
  }
}

export function attachedAddressMessage(displayName: string, url: string): AttachmentMessage {
  return { displayName, url, file: '', fileVersion: 0, sizeBytes: 0n, sha256: '' }
}
