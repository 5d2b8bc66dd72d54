import type { FileState } from '@fairlead/proto/web/fairlead/files/v1/files'

/** UUID of "organizations/{organization}/files/{uuid}". */
export function fileId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** Slug of "organizations/{organization}/files/{uuid}". */
export function organizationOf(name: string): string {
  return name.split('/')[1] ?? ''
}

/** Of the file's page. */
export function fileAddress(name: string): string {
  return `/o/${organizationOf(name)}/files/${fileId(name)}`
}

/** Whether content in this state can be fetched and used. */
export function isReleased(state: FileState | undefined): boolean {
  return state === 'FILE_STATE_CLEAN' || state === 'FILE_STATE_UNSCANNED'
}

/** Whether it is decided what becomes of the content. */
export function isSettled(state: FileState | undefined): boolean {
  return isReleased(state) || state === 'FILE_STATE_INFECTED' || state === 'FILE_STATE_REJECTED'
}
