/** How the sending of a part ended, as far as the browser could see. */
export type PartEnd =
  | { readonly kind: 'taken' }
  /** The store said what is wrong. */
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }
  /** The connection broke off, or the file could no longer be read: a browser does not tell which. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'stopped' }

export type SendPart = (
  url: string,
  content: Blob,
  onProgress: (sentBytes: number) => void,
  signal: AbortSignal,
) => Promise<PartEnd>

/** Without a byte on its way for so long, a connection counts as dead, milliseconds. */
const silenceMs = 60_000

/** Sends a part by PUT. XMLHttpRequest, because fetch does not tell how far a request has come. */
export const sendPart: SendPart = (url, content, onProgress, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'stopped' })
    const request = new XMLHttpRequest()
    let watchdog: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => {
        end({ kind: 'broken' })
        request.abort()
      }, silenceMs)
    }
    const onAbort = () => {
      end({ kind: 'stopped' })
      request.abort()
    }
    const end = (how: PartEnd) => {
      clearTimeout(watchdog)
      signal.removeEventListener('abort', onAbort)
      resolve(how)
    }
    request.upload.addEventListener('progress', ({ loaded }) => {
      alive()
      onProgress(loaded)
    })
    request.addEventListener('load', () =>
      end(
        request.status >= 200 && request.status < 300
          ? { kind: 'taken' }
          : { kind: 'refused', status: request.status, text: sentence(request) },
      ),
    )
    request.addEventListener('error', () => end({ kind: 'broken' }))
    signal.addEventListener('abort', onAbort, { once: true })
    request.open('PUT', url)
    alive()
    request.send(content)
  })

/** What the store says to people; another store's XML is none of theirs. */
function sentence(request: XMLHttpRequest): string {
  const text = request.responseText.trim()
  const isPlain = request.getResponseHeader('content-type')?.startsWith('text/plain') ?? false
  return isPlain && text.length <= 400 ? text : ''
}
