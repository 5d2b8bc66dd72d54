import type { Observable, Subscription } from 'rxjs'
import { type ApiError, toApiError } from './api-error'

export interface ReconnectingStreamOptions<T> {
  /** Opens the stream from where it stands now, for example after the last sequence seen. */
  readonly open: () => Observable<T>
  readonly onMessage: (message: T) => void
  /** Called after each opening that brought a first message; `again` when it is not the first. */
  readonly onOpen?: (again: boolean) => void
  /** The server refused for a reason that trying again does not change; the stream is closed. */
  readonly onRefused: (error: ApiError) => void
  /** Whether an end without error is final. Default: it is not, the stream opens again. */
  readonly isComplete?: () => boolean
  readonly onUnreachable: () => void
  /** Silence in milliseconds after which the stream counts as dead. The server's heartbeat is 15 000. */
  readonly silenceMs?: number
  /** First delay in milliseconds before opening again; doubles up to `maximumDelayMs`. */
  readonly minimumDelayMs?: number
  readonly maximumDelayMs?: number
  readonly random?: () => number
  readonly page?: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'> | undefined
  /** How long a hidden page keeps its stream, milliseconds. */
  readonly hiddenMs?: number
}

/**
 * Keeps a server stream open: opens it again with back-off and jitter when it breaks, and when it falls
 * silent for longer than the server's heartbeat allows. A page in the background gives its stream up,
 * because a browser opens no more than six connections to one HTTP/1.1 origin over all its tabs, and
 * opens it again where it left off once it is looked at.
 *
 * @returns closes the stream and frees the server's side
 */
export function keepStreamOpen<T>(options: ReconnectingStreamOptions<T>): () => void {
  const {
    silenceMs = 17_500,
    minimumDelayMs = 500,
    maximumDelayMs = 8_000,
    random = Math.random,
    page = typeof document === 'undefined' ? undefined : document,
    hiddenMs = 60_000,
  } = options
  let subscription: Subscription | undefined
  let watchdog: ReturnType<typeof setTimeout> | undefined
  let reopening: ReturnType<typeof setTimeout> | undefined
  let hiding: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let openings = 0
  let parked = false
  let closed = false

  function open(): void {
    let first = true
    armWatchdog()
    subscription = options.open().subscribe({
      next: (message) => {
        if (closed) return
        armWatchdog()
        if (first) {
          first = false
          failures = 0
          openings += 1
          options.onOpen?.(openings > 1)
        }
        options.onMessage(message)
      },
      error: (error: unknown) => {
        clearTimeout(watchdog)
        if (closed) return
        const failure = toApiError(error)
        if (final.has(failure.code)) {
          close()
          options.onRefused(failure)
        } else {
          reopenLater()
        }
      },
      complete: () => {
        clearTimeout(watchdog)
        if (closed) return
        if (options.isComplete?.()) close()
        else reopenLater()
      },
    })
  }

  function armWatchdog(): void {
    clearTimeout(watchdog)
    watchdog = setTimeout(() => {
      subscription?.unsubscribe()
      options.onUnreachable()
      reopenLater()
    }, silenceMs)
  }

  function reopenLater(): void {
    const ceiling = Math.min(maximumDelayMs, minimumDelayMs * 2 ** failures)
    failures += 1
    clearTimeout(reopening)
    // Half fixed, half random: many pages that lost the same server do not come back at once.
    reopening = setTimeout(open, ceiling / 2 + (random() * ceiling) / 2)
  }

  function drop(): void {
    clearTimeout(watchdog)
    clearTimeout(reopening)
    subscription?.unsubscribe()
  }

  function onVisibilityChange(): void {
    clearTimeout(hiding)
    if (page?.visibilityState === 'hidden') {
      hiding = setTimeout(() => {
        parked = true
        drop()
      }, hiddenMs)
    } else if (parked) {
      parked = false
      failures = 0
      open()
    }
  }

  function close(): void {
    closed = true
    clearTimeout(hiding)
    page?.removeEventListener('visibilitychange', onVisibilityChange)
    drop()
  }

  page?.addEventListener('visibilitychange', onVisibilityChange)
  open()
  return close
}

const final: ReadonlySet<ApiError['code']> = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'UNIMPLEMENTED',
])
