import type { FileService, File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { digestInWorker } from './file-digest'
import { sendPart } from './send-part'
import { createSlots } from './slots'
import { createUploadEngine, type UploadEngine } from './upload-engine'
import { browserMemory } from './upload-memory'

/** Parts that are on their way at a time: a browser opens six connections to one HTTP/1.1 origin, and streams need two. */
const partsAtATime = 3

interface BrowserUploadsOptions {
  readonly files: () => FileService
  /** "users/{uuid}" */
  readonly user: string
  readonly onFile: (organization: string, file: StoredFile | undefined) => void
}

/** The engine as it works in a browser. */
export function createBrowserUploads({ files, user, onFile }: BrowserUploadsOptions): UploadEngine {
  return createUploadEngine({
    tools: {
      files,
      sendPart,
      digest: digestInWorker,
      slots: createSlots(partsAtATime),
      random: Math.random,
      now: Date.now,
      wait: waitOrOnline,
    },
    memory: browserMemory(),
    user,
    own,
    newId,
    onFile,
    // biome-ignore lint/suspicious/noConsole: uploads go on; only a reload would not find them.
    onForgetful: (error) => console.warn('Uploads are not remembered by this browser:', error),
  })
}

/** A network that comes back is worth trying at once. */
function waitOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onOnline = () => end(resolve)
    const onAbort = () => end(() => reject(signal.reason))
    const timer = setTimeout(onOnline, ms)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      window.removeEventListener('online', onOnline)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    window.addEventListener('online', onOnline)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Where there are no locks (pages that came without TLS), two tabs may send the same part; the store takes either. */
function own(id: string): Promise<(() => void) | undefined> {
  const locks: LockManager | undefined = navigator.locks
  if (locks === undefined) return Promise.resolve(() => undefined)
  return new Promise((resolve, reject) => {
    locks
      .request(`fairlead-upload-${id}`, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined)
        // Held until it is given back, or the page is gone.
        return new Promise<void>((release) => resolve(() => release()))
      })
      .catch(reject)
  })
}

/** UUID version 4; also in pages that came without TLS, where crypto.randomUUID is missing. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
