/** https://wicg.github.io/file-system-access/ in the browsers that have it. */
interface HandleWithPermission extends FileSystemFileHandle {
  queryPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>
  requestPermission?(descriptor: { mode: 'read' }): Promise<PermissionState>
}

/**
 * The file of a handle; undefined when the browser does not open it.
 * @param mayAsk whether its user may be asked, which takes a click of theirs just before
 */
export async function openHandle(handle: FileSystemFileHandle, mayAsk: boolean): Promise<File | undefined> {
  const asking: HandleWithPermission = handle
  const descriptor = { mode: 'read' } as const
  try {
    let state = (await asking.queryPermission?.(descriptor)) ?? 'granted'
    if (state === 'prompt' && mayAsk) state = (await asking.requestPermission?.(descriptor)) ?? 'granted'
    return state === 'granted' ? await handle.getFile() : undefined
  } catch {
    // Moved or deleted, or the browser does not let itself be asked: the file has to be chosen again.
    return undefined
  }
}
