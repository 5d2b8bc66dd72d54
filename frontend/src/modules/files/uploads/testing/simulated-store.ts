import { createHash } from 'node:crypto'
import type { FileService, File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { ApiError } from '../../../../app/api-error'
import type { FileDigest } from '../file-digest'
import type { UploadTools } from '../run-upload'
import type { PartEnd } from '../send-part'
import { createSlots } from '../slots'
import type { RememberedUpload, UploadMemory } from '../upload-memory'

interface StoredUpload {
  readonly name: string
  readonly requestId: string
  readonly displayName: string
  readonly sizeBytes: number
  readonly versionOf: string
  readonly parts: Map<number, Uint8Array>
  /** Addresses of before a certain time work no more. */
  generation: number
  state: 'UPLOADING' | 'SCANNING' | 'REJECTED'
  content: Uint8Array | undefined
}

/** What goes wrong with the next part that is sent. */
export type PartFault = 'broken' | 'lost-answer' | 503 | 403

/**
 * The server's side of uploads as its contract has it, with faults: an upload is taken in whole or not at all, and
 * by its announced size and digest only.
 */
export class SimulatedStore {
  readonly partSizeBytes = 4
  readonly uploads: StoredUpload[] = []
  /** Of parts, first come first served. */
  readonly partFaults: PartFault[] = []
  /** Of calls; each fails with this code instead of being answered. */
  readonly callFaults: ApiError['code'][] = []
  /** Called before each part is taken. */
  onPart: ((number: number) => void) | undefined
  sentParts = 0
  mostAtATime = 0
  #atATime = 0

  readonly #service: Pick<
    FileService,
    'CreateFile' | 'ResumeUpload' | 'CompleteUpload' | 'CancelUpload' | 'GetFile'
  > = {
    CreateFile: async (request) => {
      this.#failCall()
      const requestId = String(request.requestId)
      let upload = this.uploads.find((candidate) => candidate.requestId === requestId)
      if (upload === undefined) {
        upload = {
          name: `organizations/survey/files/${this.uploads.length + 1}`,
          requestId,
          displayName: String(request.displayName),
          sizeBytes: Number(request.sizeBytes),
          versionOf: String(request.versionOf),
          parts: new Map(),
          generation: 1,
          state: 'UPLOADING',
          content: undefined,
        }
        this.uploads.push(upload)
      }
      const first = Array.from({ length: Math.min(32, this.#partCount(upload)) }, (_, place) => place + 1)
      return {
        file: this.#file(upload),
        upload: upload.state === 'UPLOADING' ? this.#state(upload, first) : undefined,
      }
    },
    ResumeUpload: async ({ name, parts = [] }) => {
      this.#failCall()
      const upload = this.#upload(name)
      if (upload.state !== 'UPLOADING') throw new ApiError('FAILED_PRECONDITION', 'The upload has ended.')
      return this.#state(upload, Array.from(parts as Iterable<number>))
    },
    CompleteUpload: async ({ name, sha256 }) => {
      this.#failCall()
      const upload = this.#upload(name)
      if (upload.state !== 'UPLOADING') return this.#file(upload)
      const all = Array.from({ length: this.#partCount(upload) }, (_, place) => upload.parts.get(place + 1))
      if (all.includes(undefined)) throw new ApiError('FAILED_PRECONDITION', 'Parts are missing.')
      upload.content = Buffer.concat(all.filter((part) => part !== undefined))
      const digest = createHash('sha256').update(upload.content).digest('hex')
      upload.state = digest === sha256 ? 'SCANNING' : 'REJECTED'
      return this.#file(upload)
    },
    CancelUpload: async ({ name }) => {
      this.#failCall()
      const upload = this.#upload(name)
      this.uploads.splice(this.uploads.indexOf(upload), 1)
      return {}
    },
    GetFile: async ({ name }) => {
      this.#failCall()
      return this.#file(this.#upload(name))
    },
  }

  /** All addresses given so far work no more. */
  expireAddresses(): void {
    for (const upload of this.uploads) upload.generation += 1
  }

  readonly tools: UploadTools = {
    files: () => this.#service,
    digest: digestNow,
    slots: createSlots(3),
    random: () => 0.5,
    now: Date.now,
    wait: (_, signal) => (signal.aborted ? Promise.reject(signal.reason) : Promise.resolve()),
    sendPart: async (url, content, onProgress, signal): Promise<PartEnd> => {
      if (signal.aborted) return { kind: 'stopped' }
      this.sentParts += 1
      this.#atATime += 1
      this.mostAtATime = Math.max(this.mostAtATime, this.#atATime)
      try {
        const [name = '', number = '', generation = ''] = url.split('#')
        const bytes = new Uint8Array(await content.arrayBuffer())
        onProgress(bytes.length)
        this.onPart?.(Number(number))
        if (signal.aborted) return { kind: 'stopped' }
        const fault = this.partFaults.shift()
        if (fault === 'broken') return { kind: 'broken' }
        if (typeof fault === 'number') return { kind: 'refused', status: fault, text: '' }
        const upload = this.uploads.find((candidate) => candidate.name === name)
        if (upload === undefined || upload.state !== 'UPLOADING')
          return { kind: 'refused', status: 404, text: '' }
        if (upload.generation !== Number(generation)) return { kind: 'refused', status: 403, text: '' }
        upload.parts.set(Number(number), bytes)
        return fault === 'lost-answer' ? { kind: 'broken' } : { kind: 'taken' }
      } finally {
        this.#atATime -= 1
      }
    },
  }

  #failCall(): void {
    const code = this.callFaults.shift()
    if (code !== undefined) throw new ApiError(code, `The call failed: ${code}.`)
  }

  #partCount(upload: StoredUpload): number {
    return Math.ceil(upload.sizeBytes / this.partSizeBytes)
  }

  #upload(name: unknown): StoredUpload {
    const upload = this.uploads.find((candidate) => candidate.name === name)
    if (upload === undefined) throw new ApiError('NOT_FOUND', 'There is no such file.')
    return upload
  }

  #state(upload: StoredUpload, parts: readonly number[]) {
    return {
      partSizeBytes: BigInt(this.partSizeBytes),
      partCount: this.#partCount(upload),
      arrived: [...upload.parts].map(([number, bytes]) => ({ number, sizeBytes: BigInt(bytes.length) })),
      addresses: parts.map((number) => ({
        number,
        url: `${upload.name}#${number}#${upload.generation}`,
        expireTime: new Date(Date.now() + 900_000),
      })),
      expireTime: undefined,
    }
  }

  #file({ name, displayName, state, sizeBytes }: StoredUpload): StoredFile {
    return {
      name,
      displayName,
      folder: '',
      tags: [],
      description: '',
      purpose: 'FILE_PURPOSE_GENERAL',
      latest: {
        version: 1,
        state: `FILE_STATE_${state}`,
        sizeBytes: BigInt(sizeBytes),
        sha256: '',
        mediaType: '',
        failure: '',
        signature: '',
        scanEngine: '',
        signatureVersion: '',
        scanTime: undefined,
        createTime: undefined,
        creatorDisplayName: '',
        scannedBytes: 0n,
      },
      releasedVersion: 0,
      versionCount: 1,
      owner: 'users/1',
      ownerDisplayName: 'Alice',
      createTime: undefined,
      updateTime: undefined,
      expireTime: undefined,
      trashTime: undefined,
      purgeTime: undefined,
      shares: [],
      usedBy: [],
      editable: true,
      upload: undefined,
    }
  }
}

const digestNow: FileDigest = async (file) =>
  createHash('sha256')
    .update(new Uint8Array(await file.arrayBuffer()))
    .digest('hex')

/** What a browser keeps over reloads. */
export function memoryInMemory(): UploadMemory & { readonly kept: Map<string, RememberedUpload> } {
  const kept = new Map<string, RememberedUpload>()
  return {
    kept,
    all: async () => [...kept.values()],
    put: async (upload) => {
      kept.set(upload.id, upload)
    },
    forget: async (id) => {
      kept.delete(id)
    },
  }
}
