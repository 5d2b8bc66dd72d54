/* Keys are the server's: nothing of them comes from a client, and no name of a file is part of one. */

export const QUARANTINE_PREFIX = 'quarantine/'
export const CLEAN_PREFIX = 'clean/'

/** Where a version's content stands until it is released. */
export function quarantineKey(versionId: string): string {
  return `${QUARANTINE_PREFIX}${versionId}/content`
}

/** Where a version's content stands once it is released; the only keys of files that are ever signed. */
export function cleanKey(versionId: string): string {
  return `${CLEAN_PREFIX}${versionId}`
}
