/** Of a path that a step may leave, in UTF-8. Linux allows no more in a name. */
const SEGMENT_MAX_BYTES = 255
const PATH_MAX_BYTES = 1024
/** Files that one step may leave, over all its containers. */
export const MAX_OUTPUTS = 10_000

/**
 * What is wrong with a path relative to a folder that is shared with containers, as the end of a sentence; undefined
 * when it may be used. The agent asks before it sends, the server before it stores.
 */
export function pathFault(path: string): string | undefined {
  const bytes = Buffer.byteLength(path)
  if (bytes > PATH_MAX_BYTES) return `is ${bytes} bytes long; ${PATH_MAX_BYTES} are the most`
  if (!path.isWellFormed()) return 'is not UTF-8'
  if (path.normalize('NFC') !== path) return 'is not in the normal form NFC of Unicode'
  if (hasControlCharacter(path)) return 'holds a control character'
  if (path.startsWith('/')) return 'is not relative'
  for (const segment of path.split('/')) {
    if (segment === '') return 'holds an empty name'
    if (segment === '.' || segment === '..') return `holds "${segment}"`
    if (Buffer.byteLength(segment) > SEGMENT_MAX_BYTES)
      return `holds a name of more than ${SEGMENT_MAX_BYTES} bytes`
  }
  return undefined
}

/** C0, DEL, C1, and those that turn the direction of text: a name shows as it is. */
function hasControlCharacter(path: string): boolean {
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(path)
}
