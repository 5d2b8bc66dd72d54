import { isTarHeader, TAR_BLOCK_BYTES } from './tar-header.ts'

/** What holds other files, by its first bytes. */
export type ArchiveKind = 'zip' | 'gzip' | 'tar' | 'other'

/** Enough to know an archive by. */
export const HEAD_BYTES = TAR_BLOCK_BYTES

/** 7z, xz, bzip2, RAR, Zstandard, Microsoft's cabinets: nothing here looks into them, but the scanner does. */
const others: readonly (readonly number[])[] = [
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x42, 0x5a, 0x68],
  [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x4d, 0x53, 0x43, 0x46],
]

/** Undefined for what holds no other files. */
export function archiveKind(head: Buffer): ArchiveKind | undefined {
  const begins = (magic: readonly number[]) => magic.every((byte, index) => head[index] === byte)
  // An empty zip has a directory alone.
  if (begins([0x50, 0x4b, 3, 4]) || begins([0x50, 0x4b, 5, 6])) return 'zip'
  if (begins([0x1f, 0x8b, 8])) return 'gzip'
  if (others.some(begins)) return 'other'
  return isTarHeader(head) ? 'tar' : undefined
}

/** Whether a scanner must have the whole content that begins so to look into it. */
export function needsToBeWhole(head: Buffer): boolean {
  return archiveKind(head.subarray(0, HEAD_BYTES)) !== undefined
}
