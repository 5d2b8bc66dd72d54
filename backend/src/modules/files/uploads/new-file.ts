import { invalidField } from '../../../errors/domain-error.ts'
import type { ObjectInfo } from '../../../ports/objects.ts'
import { parseDescription, parseFileName, parseFolder, parseTags } from '../files/file-name.ts'
import { purposeText } from '../files/files-errors.ts'
import { sizeText } from '../files/size-text.ts'
import { type FilePolicy, type FilePurpose, takesMediaType } from '../policies/policy-store.ts'
import type { FileVersion } from '../versions/file-version.ts'

export interface NewFile {
  readonly displayName: string
  readonly purpose: FilePurpose
  readonly sizeBytes: bigint
  readonly sha256: Buffer | undefined
  readonly mediaType: string
  readonly folder: string
  readonly tags: readonly string[]
  readonly description: string
  readonly expireTime: Date | undefined
  /** The file that gets a new version. */
  readonly versionOf: string | undefined
  readonly requestId: string | undefined
}

/**
 * What was asked, in the form in which it is kept.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function parseNewFile(asked: NewFile): NewFile {
  return {
    ...asked,
    displayName: parseFileName(asked.displayName),
    folder: parseFolder(asked.folder),
    tags: parseTags(asked.tags),
    description: parseDescription(asked.description),
  }
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkPolicy(policy: FilePolicy, { sizeBytes, purpose, expireTime }: NewFile): void {
  if (sizeBytes > policy.maxSizeBytes) {
    throw invalidField(
      'size_bytes',
      `Files for ${purposeText(purpose)} have at most ${sizeText(policy.maxSizeBytes)} (${policy.maxSizeBytes} bytes). Make it smaller, or choose another purpose.`,
      'FILE_TOO_LARGE',
    )
  }
  if (expireTime !== undefined && expireTime.getTime() <= Date.now()) {
    throw invalidField('expire_time', 'is not in the future. Choose a later time, or leave it out.')
  }
}

/** Why what arrived is not taken, in a sentence with the way out. */
export function refusal(
  policy: FilePolicy,
  version: FileVersion,
  stored: ObjectInfo,
  mediaType: string,
): string | undefined {
  if (BigInt(stored.sizeBytes) !== version.sizeBytes) {
    return `${stored.sizeBytes} bytes arrived, and ${version.sizeBytes} were announced. Upload it again.`
  }
  if (version.sizeBytes > policy.maxSizeBytes) {
    return `Files for ${purposeText(policy.purpose)} have at most ${sizeText(policy.maxSizeBytes)} (${policy.maxSizeBytes} bytes). Make it smaller, or choose another purpose.`
  }
  if (takesMediaType(policy, mediaType)) return undefined
  return `By its content it is ${mediaType}, and files for ${purposeText(policy.purpose)} are ${policy.mediaTypes.join(', ')}. Convert it, or choose another purpose.`
}
