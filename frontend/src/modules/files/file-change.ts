import type { File, ListFilesResponse } from '@fairlead/proto/web/fairlead/files/v1/files'

/** The page with a file as it stands now, where it shows it. */
export function withChangedFile(page: ListFilesResponse, changed: File): ListFilesResponse {
  if (!page.files.some(({ name }) => name === changed.name)) return page
  return {
    ...page,
    // Whether its reader may change it, the stream does not know.
    files: page.files.map((file) =>
      file.name === changed.name ? { ...changed, editable: file.editable } : file,
    ),
  }
}

export function withoutFile(page: ListFilesResponse, name: string): ListFilesResponse {
  if (!page.files.some((file) => file.name === name)) return page
  return { ...page, files: page.files.filter((file) => file.name !== name) }
}

/** Whether a list would show it at the same place: only how far the scanner has come may differ. */
export function isSameToLists(before: File, after: File): boolean {
  return placeOf(before) === placeOf(after)
}

function placeOf(file: File): string {
  const { displayName, folder, tags, description, purpose, latest, releasedVersion, versionCount } = file
  return JSON.stringify([
    displayName,
    folder,
    tags,
    description,
    purpose,
    latest?.version,
    latest?.state,
    latest?.sizeBytes.toString(),
    releasedVersion,
    versionCount,
    file.trashTime?.getTime(),
    file.expireTime?.getTime(),
  ])
}
