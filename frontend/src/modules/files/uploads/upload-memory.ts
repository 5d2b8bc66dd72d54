import type { FilePurpose } from '@fairlead/proto/web/fairlead/files/v1/files'
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { markRememberedUploads } from './remembered-mark'

/** What is needed to go on with an upload in another page, and to know its file again. */
export interface RememberedUpload {
  /** UUID, of this browser's. */
  readonly id: string
  /** UUID, by which the server knows a repeat of the request that begins it. */
  readonly requestId: string
  /** Who uploads: "users/{uuid}". */
  readonly user: string
  /** Slug. */
  readonly organization: string
  readonly folder: string
  readonly purpose: FilePurpose
  /** Resource name of the file that it is a new version of; empty for a new file. */
  readonly versionOf: string
  /** Resource name of the file; empty until the server has given one. */
  readonly name: string
  readonly displayName: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly beginTime: number
  /** Whether its user has stopped it for the time being. */
  readonly paused: boolean
  /** By which the browser can open the file again, where it gives such things. */
  readonly handle: FileSystemFileHandle | undefined
}

/** Uploads that have not ended, over reloads of the page. */
export interface UploadMemory {
  all(): Promise<RememberedUpload[]>
  put(upload: RememberedUpload): Promise<void>
  forget(id: string): Promise<void>
}

interface Schema extends DBSchema {
  uploads: { key: string; value: RememberedUpload }
}

/** Of this browser, for all its tabs. */
export function browserMemory(): UploadMemory {
  let opened: Promise<IDBPDatabase<Schema>> | undefined
  const database = () => {
    opened ??= openDB<Schema>('fairlead-uploads', 1, {
      upgrade: (made) => {
        made.createObjectStore('uploads', { keyPath: 'id' })
      },
    })
    return opened
  }
  return {
    all: async () => (await database()).getAll('uploads'),
    put: async (upload) => {
      await (await database()).put('uploads', upload)
      markRememberedUploads(true)
    },
    forget: async (id) => {
      const store = await database()
      await store.delete('uploads', id)
      markRememberedUploads((await store.count('uploads')) > 0)
    },
  }
}
