import type { FilePurpose, File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { toApiError } from '../../../app/api-error'
import { violationSentence } from '../violation-sentence'
import { openHandle } from './file-handle'
import { fingerprintOf } from './fingerprint'
import { runUpload, type UploadTools } from './run-upload'
import { differenceOf, otherSize, unreadable } from './same-file'
import { type Remedy, UploadFailure } from './upload-failure'
import { createUploadList, type UploadEntry } from './upload-list'
import type { RememberedUpload, UploadMemory } from './upload-memory'
import { isActive, type UploadPhase, type UploadSnapshot } from './upload-snapshot'

export interface UploadTarget {
  /** Slug. */
  readonly organization: string
  readonly folder: string
  readonly purpose: FilePurpose
  /** Resource name of the file that it is a new version of; empty for a new file. */
  readonly versionOf: string
}

/** A file that somebody chose. */
export interface ChosenFile {
  readonly file: File
  /** Below the target's, of a folder that was chosen as a whole; empty for none. */
  readonly folder: string
  readonly handle: FileSystemFileHandle | undefined
}

export interface UploadEngineOptions {
  readonly tools: UploadTools
  readonly memory: UploadMemory
  /** "users/{uuid}" */
  readonly user: string
  /** Takes an upload for this page, for as long as it lives; undefined when another page has it. */
  readonly own: (id: string) => Promise<(() => void) | undefined>
  readonly newId: () => string
  /** An upload was begun or has ended: lists that show the file are not up to date. */
  readonly onFile: (organization: string, file: StoredFile | undefined) => void
  /** The browser could not keep in mind what is uploaded. */
  readonly onForgetful: (error: unknown) => void
}

/** All uploads of a page: some run, the others wait for their turn. */
export interface UploadEngine {
  /** A new list after each change. */
  readonly list: () => readonly UploadSnapshot[]
  subscribe(listener: () => void): () => void
  /** Takes up what an earlier page has left. */
  restore(): Promise<void>
  /** @returns ids of the uploads, in the order of the files */
  add(files: readonly ChosenFile[], target: UploadTarget): Promise<string[]>
  pause(ids: readonly string[]): void
  /** Goes on with those that were paused, have failed or wait to try again. */
  resume(ids: readonly string[]): void
  /** Asks the browser for the file of an earlier page. */
  allow(id: string): Promise<void>
  /** @returns why this is not the file, in a sentence; undefined when it goes on */
  chooseAgain(id: string, file: ChosenFile): Promise<string | undefined>
  /**
   * Goes on here with an upload that the caller began elsewhere.
   * @returns why this is not the file, in a sentence; undefined when it goes on
   */
  adopt(stored: StoredFile, file: ChosenFile): Promise<string | undefined>
  /** Gives it up, on the server too. */
  cancel(id: string): Promise<void>
  /** Takes those that have ended off the list. */
  dismiss(ids: readonly string[]): void
  /** Stops everything; what was uploading can be taken up by another page. */
  close(): void
}

/** Files that are uploaded at a time. */
const maximumRunning = 3
const resumable: ReadonlySet<UploadPhase> = new Set(['paused', 'failed', 'retrying'])

export function createUploadEngine(options: UploadEngineOptions): UploadEngine {
  const { tools, memory, user, own, newId, onFile } = options
  const uploads = createUploadList({ memory, now: tools.now, onForgetful: options.onForgetful })
  const { entries, enter, change, remember, forget, tell, tellSoon } = uploads
  let closed = false

  /** Begins those whose turn it is. */
  function pump(): void {
    if (closed) return
    let running = [...entries.values()].filter((entry) => entry.running !== undefined).length
    for (const entry of entries.values()) {
      if (running >= maximumRunning) break
      if (entry.phase !== 'waiting' || entry.file === undefined) continue
      running += 1
      void run(entry, entry.file)
    }
    tell()
  }

  async function run(entry: UploadEntry, file: File): Promise<void> {
    const running = new AbortController()
    entry.running = running
    entry.phase = 'starting'
    entry.problem = ''
    entry.speed.reset()
    /** What it goes on with after a wait. */
    let step: UploadPhase = 'starting'
    try {
      const stored = await runUpload(
        tools,
        entry.record,
        file,
        {
          onStep(next) {
            step = next
            entry.phase = next
            tell()
          },
          onName(name) {
            change(entry, { name })
            onFile(entry.record.organization, undefined)
          },
          onSent(bytes) {
            entry.sentBytes = bytes
            entry.speed.note(tools.now(), bytes)
            tellSoon()
          },
          onWaiting(until, reason) {
            entry.phase = until === undefined ? step : 'retrying'
            entry.problem = reason
            entry.retryTime = until
            tell()
          },
        },
        running.signal,
      )
      entry.stored = stored
      entry.phase = 'completed'
      entry.sentBytes = entry.record.sizeBytes
      await forget(entry.record.id)
      entry.disown()
      onFile(entry.record.organization, stored)
    } catch (error) {
      // Whoever stopped it has said what it is now.
      if (!running.signal.aborted) fail(entry, error)
    } finally {
      if (entry.running === running) entry.running = undefined
      entry.retryTime = undefined
      pump()
    }
  }

  function fail(entry: UploadEntry, error: unknown): void {
    const { message, remedy } = error instanceof UploadFailure ? error : failureOf(error)
    entry.phase = 'failed'
    entry.problem = message
    entry.remedy = remedy
    if (remedy === 'file') entry.file = undefined
    // The server has nothing of it, or has thrown away what it had.
    if (remedy === 'none' || remedy === 'anew') {
      change(entry, { name: '', requestId: newId() })
      entry.sentBytes = 0
    }
    if (remedy === 'none') {
      void forget(entry.record.id)
      entry.disown()
    }
  }

  function stop(entry: UploadEntry, phase: UploadPhase): void {
    entry.phase = phase
    entry.retryTime = undefined
    entry.running?.abort()
    entry.running = undefined
  }

  /** @returns whether one of an earlier page that waits for just this file has taken it */
  async function takeUp(
    chosen: ChosenFile,
    target: UploadTarget,
    folder: string,
  ): Promise<string | undefined> {
    for (const entry of entries.values()) {
      const { record } = entry
      if (
        (entry.phase === 'needs-file' || entry.phase === 'needs-permission') &&
        record.organization === target.organization &&
        record.folder === folder &&
        record.versionOf === target.versionOf &&
        record.displayName === chosen.file.name &&
        (await differenceOf(record, chosen.file)) === undefined
      ) {
        goOn(entry, chosen)
        return record.id
      }
    }
    return undefined
  }

  function goOn(entry: UploadEntry, { file, handle }: ChosenFile): void {
    entry.file = file
    entry.phase = 'waiting'
    entry.problem = ''
    change(entry, { paused: false, ...(handle === undefined ? {} : { handle }) })
  }

  async function begin(chosen: ChosenFile, target: UploadTarget): Promise<string> {
    const { file, handle } = chosen
    const folder = [target.folder, chosen.folder].filter((part) => part !== '').join('/')
    const taken = await takeUp(chosen, target, folder)
    if (taken !== undefined) return taken
    const id = newId()
    const disown = (await own(id)) ?? (() => undefined)
    const record: RememberedUpload = {
      id,
      requestId: newId(),
      user,
      organization: target.organization,
      folder,
      purpose: target.purpose,
      versionOf: target.versionOf,
      name: '',
      displayName: file.name,
      mediaType: file.type,
      sizeBytes: file.size,
      fingerprint: '',
      beginTime: tools.now(),
      paused: false,
      handle,
    }
    try {
      const known = { ...record, fingerprint: await fingerprintOf(file) }
      const entry = enter(known, file, 'waiting', disown)
      if (file.size === 0) fail(entry, new UploadFailure('The file is empty.', 'none'))
      else await remember(known)
    } catch (cause) {
      // Such as a folder that was dropped as if it were a file.
      const failure = new UploadFailure('The file could not be read. Choose it again.', 'none', cause)
      fail(enter(record, undefined, 'waiting', disown), failure)
    }
    return id
  }

  return {
    list: uploads.snapshots,
    subscribe: uploads.subscribe,
    async restore() {
      let remembered: RememberedUpload[]
      try {
        remembered = await memory.all()
      } catch (error) {
        options.onForgetful(error)
        return
      }
      remembered.sort((a, b) => a.beginTime - b.beginTime)
      for (const record of remembered) {
        if (record.user !== user || entries.has(record.id)) continue
        const disown = await own(record.id)
        if (disown === undefined) continue
        if (closed) {
          disown()
          return
        }
        const file = record.handle === undefined ? undefined : await openHandle(record.handle, false)
        const same = file !== undefined && (await differenceOf(record, file)) === undefined
        const phase = record.handle === undefined ? 'needs-file' : 'needs-permission'
        enter(record, same ? file : undefined, same ? (record.paused ? 'paused' : 'waiting') : phase, disown)
      }
      pump()
      await Promise.all([...entries.values()].map(lookUp))
    },
    async add(files, target) {
      const ids: string[] = []
      for (const chosen of files) {
        ids.push(await begin(chosen, target))
        tellSoon()
      }
      pump()
      return ids
    },
    pause(ids) {
      for (const id of ids) {
        const entry = entries.get(id)
        if (entry === undefined || !isActive(entry)) continue
        stop(entry, 'paused')
        change(entry, { paused: true })
      }
      pump()
    },
    resume(ids) {
      for (const id of ids) {
        const entry = entries.get(id)
        if (entry?.file === undefined || !resumable.has(entry.phase)) continue
        stop(entry, 'waiting')
        change(entry, { paused: false })
      }
      pump()
    },
    async allow(id) {
      const entry = entries.get(id)
      if (entry?.record.handle === undefined) return
      const file = await openHandle(entry.record.handle, true)
      if (file === undefined) {
        entry.phase = 'needs-file'
        entry.problem = 'The browser did not open it. Choose the file again.'
      } else {
        const difference = await differenceOf(entry.record, file)
        if (difference === undefined) {
          goOn(entry, { file, folder: '', handle: undefined })
        } else {
          entry.phase = 'needs-file'
          entry.problem = difference
        }
      }
      pump()
    },
    async chooseAgain(id, chosen) {
      const entry = entries.get(id)
      if (entry === undefined) return undefined
      const difference = await differenceOf(entry.record, chosen.file)
      if (difference === undefined) goOn(entry, chosen)
      else entry.problem = difference
      pump()
      return difference
    },
    async adopt(stored, chosen) {
      const known = [...entries.values()].find(({ record }) => record.name === stored.name)
      if (known !== undefined) return this.chooseAgain(known.record.id, chosen)
      const { file, handle } = chosen
      const sizeBytes = Number(stored.latest?.sizeBytes ?? 0)
      // Of a new version, the file may be called otherwise; its content is checked when all of it has arrived.
      if (file.size !== sizeBytes) return otherSize
      const id = newId()
      const record: RememberedUpload = {
        id,
        requestId: newId(),
        user,
        organization: stored.name.split('/')[1] ?? '',
        folder: stored.folder,
        purpose: stored.purpose,
        versionOf: stored.versionCount > 1 ? stored.name : '',
        name: stored.name,
        displayName: file.name,
        mediaType: file.type,
        sizeBytes,
        fingerprint: '',
        beginTime: tools.now(),
        paused: false,
        handle,
      }
      try {
        const whole = { ...record, fingerprint: await fingerprintOf(file) }
        enter(whole, file, 'waiting', (await own(id)) ?? (() => undefined))
        await remember(whole)
      } catch {
        return unreadable
      }
      pump()
      return undefined
    },
    async cancel(id) {
      const entry = entries.get(id)
      if (entry === undefined) return
      stop(entry, 'failed')
      uploads.remove(id)
      pump()
      const { name, organization } = entry.record
      try {
        if (name !== '') await tools.files().CancelUpload({ name })
      } catch (error) {
        // What has ended by itself needs no more; the server's sweep takes the rest.
        if (toApiError(error).transient) throw error
      } finally {
        await forget(id)
        entry.disown()
        onFile(organization, undefined)
      }
    },
    dismiss(ids) {
      for (const id of ids) {
        const phase = entries.get(id)?.phase
        if (phase === 'completed' || phase === 'failed') uploads.remove(id)
      }
      tell()
    },
    close() {
      closed = true
      for (const entry of entries.values()) {
        entry.running?.abort()
        entry.disown()
      }
      uploads.close()
    },
  }

  /** How much of one that stands still has arrived. */
  async function lookUp(entry: UploadEntry): Promise<void> {
    if (entry.running !== undefined || entry.record.name === '') return
    try {
      const { arrived } = await tools.files().ResumeUpload({ name: entry.record.name, parts: [] })
      if (entry.running !== undefined) return
      entry.sentBytes = arrived.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0)
    } catch (error) {
      const { code } = toApiError(error)
      // It has ended: nothing is left to take up.
      if (entry.running === undefined && (code === 'NOT_FOUND' || code === 'FAILED_PRECONDITION')) {
        uploads.remove(entry.record.id)
        await forget(entry.record.id)
        entry.disown()
      }
    }
    tell()
  }
}

function failureOf(error: unknown): { message: string; remedy: Remedy } {
  const { code, message, violations } = toApiError(error)
  const [violation] = violations
  return {
    message: violation === undefined ? message : violationSentence(violation),
    remedy: code === 'INVALID_ARGUMENT' || code === 'PERMISSION_DENIED' ? 'none' : 'again',
  }
}
