/** How an upload ended, as far as the browser could see. */
export type UploadEnd =
  /** The server took the file to its end. */
  | { readonly kind: 'taken' }
  /** The server said what is wrong. */
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }
  /** The connection broke off, or the server ended it early: what it made of the file, it tells otherwise. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'stopped' }

export interface Upload {
  readonly end: Promise<UploadEnd>
  stop(): void
}

/**
 * Sends a file by PUT as it is. XMLHttpRequest, because fetch does not tell how far an upload has come.
 * @param onProgress is told the bytes that left so far
 */
export function uploadFile(uri: string, file: Blob, onProgress: (sentBytes: number) => void): Upload {
  const request = new XMLHttpRequest()
  const end = new Promise<UploadEnd>((resolve) => {
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () =>
      resolve(
        request.status >= 200 && request.status < 300
          ? { kind: 'taken' }
          : { kind: 'refused', status: request.status, text: request.responseText.trim() },
      ),
    )
    request.addEventListener('error', () => resolve({ kind: 'broken' }))
    request.addEventListener('abort', () => resolve({ kind: 'stopped' }))
  })
  request.open('PUT', uri)
  request.send(file)
  return { end, stop: () => request.abort() }
}
