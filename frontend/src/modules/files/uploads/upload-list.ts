import type { File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { createSpeed, type Speed } from './speed'
import type { Remedy } from './upload-failure'
import type { RememberedUpload, UploadMemory } from './upload-memory'
import type { UploadPhase, UploadSnapshot } from './upload-snapshot'

/** An upload as this page knows it. */
export interface UploadEntry {
  record: RememberedUpload
  file: File | undefined
  phase: UploadPhase
  sentBytes: number
  speed: Speed
  problem: string
  remedy: Remedy
  retryTime: number | undefined
  stored: StoredFile | undefined
  running: AbortController | undefined
  disown: () => void
}

export interface UploadListOptions {
  readonly memory: UploadMemory
  /** Milliseconds. */
  readonly now: () => number
  /** The browser could not keep in mind what is uploaded. */
  readonly onForgetful: (error: unknown) => void
}

/** The uploads of a page: what is told of them, and what the browser keeps of them for the next page. */
export interface UploadList {
  readonly entries: ReadonlyMap<string, UploadEntry>
  /** A new list after each change. */
  readonly snapshots: () => readonly UploadSnapshot[]
  subscribe(listener: () => void): () => void
  enter(record: RememberedUpload, file: File | undefined, phase: UploadPhase, disown: () => void): UploadEntry
  remove(id: string): void
  /** Changes what is remembered of it. */
  change(entry: UploadEntry, changed: Partial<RememberedUpload>): void
  remember(record: RememberedUpload): Promise<void>
  forget(id: string): Promise<void>
  tell(): void
  /** Progress is told now and then. */
  tellSoon(): void
  close(): void
}

/** Progress is told so often at most, milliseconds. */
const progressMs = 150

export function createUploadList({ memory, now, onForgetful }: UploadListOptions): UploadList {
  const entries = new Map<string, UploadEntry>()
  const listeners = new Set<() => void>()
  let snapshots: readonly UploadSnapshot[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function tell(): void {
    clearTimeout(timer)
    timer = undefined
    snapshots = [...entries.values()].map(snapshot)
    for (const listener of listeners) listener()
  }

  function tellSoon(): void {
    timer ??= setTimeout(tell, progressMs)
  }

  function snapshot(entry: UploadEntry): UploadSnapshot {
    const { record, phase, sentBytes, speed, problem, remedy, retryTime, stored } = entry
    return {
      id: record.id,
      organization: record.organization,
      folder: record.folder,
      purpose: record.purpose,
      name: record.name,
      versionOf: record.versionOf,
      displayName: record.displayName,
      sizeBytes: record.sizeBytes,
      phase,
      sentBytes,
      bytesPerSecond: phase === 'sending' ? speed.bytesPerSecond(now()) : 0,
      problem,
      remedy,
      retryTime,
      file: stored,
    }
  }

  function enter(
    record: RememberedUpload,
    file: File | undefined,
    phase: UploadPhase,
    disown: () => void,
  ): UploadEntry {
    const entry: UploadEntry = {
      record,
      file,
      phase,
      sentBytes: 0,
      speed: createSpeed(),
      problem: '',
      remedy: 'again',
      retryTime: undefined,
      stored: undefined,
      running: undefined,
      disown,
    }
    entries.set(record.id, entry)
    return entry
  }

  async function remember(record: RememberedUpload): Promise<void> {
    try {
      await memory.put(record)
    } catch (error) {
      onForgetful(error)
    }
  }

  async function forget(id: string): Promise<void> {
    try {
      await memory.forget(id)
    } catch (error) {
      onForgetful(error)
    }
  }

  function change(entry: UploadEntry, changed: Partial<RememberedUpload>): void {
    entry.record = { ...entry.record, ...changed }
    void remember(entry.record)
  }

  return {
    entries,
    snapshots: () => snapshots,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    enter,
    remove: (id) => entries.delete(id),
    change,
    remember,
    forget,
    tell,
    tellSoon,
    close() {
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
