import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { inTransaction } from '../../database/index.ts'
import { FitsError, type FitsImage } from '../../fits/index.ts'
import { buildPyramid } from '../../imaging/pyramid.ts'
import {
  type CurrentFile,
  type DatasetFiles,
  type DatasetLocation,
  DatasetUnavailable,
} from '../../ports/dataset-files.ts'
import type { Objects } from '../../ports/objects.ts'
import { releaseUse } from '../files/index.ts'
import type { DatasetContent, DatasetRecord, DatasetVisibility, PyramidSummary } from './dataset.ts'
import { fileSha256, type ImageFacts, readImageFacts } from './dataset-content.ts'
import { datasetIdOf, isDatasetId, refusePacked } from './dataset-id.ts'
import { deleteDataset, findByPublicId, insertDataset, replaceDataset, updatePlace } from './dataset-store.ts'
import { useOf } from './file-datasets.ts'
import { RegistrationError } from './registration-error.ts'

export interface DatasetRegistrarDependencies {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly files: DatasetFiles
  /** Where pyramids are written before the object store takes them; made when absent. */
  readonly scratchFolder: string
}

export interface DatasetOwner {
  readonly organizationId: string
  readonly visibility: DatasetVisibility
}

export interface Registration {
  /** An absolute path, or s3://bucket/key. */
  readonly address: string
  /** Default: the file's name without its extension. */
  readonly id?: string
  /** Default: the identifier. */
  readonly displayName?: string
  readonly owner: DatasetOwner
  /** Whether another owner's registration of the same file stays as it is. */
  readonly keepOwner: boolean
  /** Whether other content may take the place of what the identifier names. */
  readonly replace: 'never' | 'same-address' | 'always'
}

export interface RegistrationOutcome {
  readonly status: 'registered' | 'replaced' | 'updated' | 'unchanged'
  readonly publicId: string
  readonly location: DatasetLocation
  /** Limitations of what was registered, in sentences. */
  readonly notes: readonly string[]
}

/** UTF-8; keeps a page token, which may carry the name, within its limit. */
const DISPLAY_NAME_MAX_BYTES = 200

const SCRATCH_SUFFIX = '.pyramid'
// Longer than any pyramid takes: another process may be at it.
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000

/** Takes files into the list of datasets. */
export class DatasetRegistrar {
  readonly #dataSource: DataSource
  readonly #objects: Objects
  readonly #files: DatasetFiles
  readonly #scratchFolder: string

  constructor(dependencies: DatasetRegistrarDependencies) {
    this.#dataSource = dependencies.dataSource
    this.#objects = dependencies.objects
    this.#files = dependencies.files
    this.#scratchFolder = dependencies.scratchFolder
  }

  /** Throws RegistrationError with a sentence for people when the file cannot be taken. */
  async register(registration: Registration, signal?: AbortSignal): Promise<RegistrationOutcome> {
    try {
      return await this.#register(registration, signal)
    } catch (error) {
      if (error instanceof FitsError || error instanceof DatasetUnavailable) {
        throw new RegistrationError(error.message, { cause: error })
      }
      throw error
    }
  }

  /** Clears pyramids that a process which was killed left unfinished. */
  async sweep(): Promise<void> {
    await mkdir(this.#scratchFolder, { recursive: true, mode: 0o700 })
    const abandoned = Date.now() - ABANDONED_AFTER_MS
    for (const name of await readdir(this.#scratchFolder)) {
      const path = join(this.#scratchFolder, name)
      if (name.endsWith(SCRATCH_SUFFIX) && (await writtenMs(path)) < abandoned)
        await rm(path, { force: true })
    }
  }

  /** Forgets a dataset; its file stays. Answers false when there is none. */
  async remove(publicId: string): Promise<boolean> {
    const found = await findByPublicId(this.#dataSource, publicId)
    if (found === undefined) return false
    const { fileId } = found
    await inTransaction(this.#dataSource, async (manager) => {
      await deleteDataset(manager, found.id)
      if (fileId !== undefined) await releaseUse(manager, { fileId, usedBy: useOf(publicId) })
    })
    await this.#objects.deletePrefix(`datasets/${found.id}/`)
    return true
  }

  async #register(registration: Registration, signal?: AbortSignal): Promise<RegistrationOutcome> {
    const names = namesOf(registration)
    const file = await this.#files.openCurrent(registration.address, { signal })
    try {
      const existing = await findByPublicId(this.#dataSource, names.publicId)
      if (existing !== undefined && (await this.#isCurrent(existing, file.location, registration, names))) {
        return { status: 'unchanged', publicId: names.publicId, location: file.location, notes: [] }
      }
      const facts = await readImageFacts(file, signal)
      const sha256 = await fileSha256(file, signal)
      const outcome = await this.#place(registration, names, { file, facts, sha256 }, existing, signal)
      return { status: outcome, publicId: names.publicId, location: file.location, notes: facts.notes }
    } finally {
      await file.source.close()
    }
  }

  /** Whether nothing has to be read again. */
  async #isCurrent(
    existing: DatasetRecord,
    location: DatasetLocation,
    registration: Registration,
    names: Names,
  ): Promise<boolean> {
    return (
      sameLocation(existing.location, location) &&
      existing.unavailableReason === undefined &&
      existing.displayName === (names.displayName ?? existing.displayName) &&
      sameOwner(existing, registration) &&
      (await this.#objects.head(existing.content.pyramidKey)) !== undefined
    )
  }

  async #place(
    registration: Registration,
    names: Names,
    read: ReadFile,
    existing: DatasetRecord | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RegistrationOutcome['status']> {
    const { owner, keepOwner } = registration
    const displayName = names.displayName ?? existing?.displayName ?? names.publicId
    const place = { publicId: names.publicId, displayName, location: read.file.location }
    if (existing === undefined) {
      const id = uuidv7()
      const content = await this.#content(id, read, signal)
      const inserted = await insertDataset(this.#dataSource, { ...place, ...owner, id, content })
      if (inserted) return 'registered'
      // Another process registered the identifier meanwhile: what it names now decides.
      await this.#objects.deletePrefix(`datasets/${id}/`)
      const winner = await findByPublicId(this.#dataSource, names.publicId)
      if (winner === undefined)
        throw new RegistrationError('It was removed while it was registered. Try again.')
      return await this.#place(registration, names, read, winner, signal)
    }
    checkReplacement(existing, registration, read)
    const keptOwner = keepOwner ? ownerOf(existing) : owner
    const hasPyramid = (await this.#objects.head(existing.content.pyramidKey)) !== undefined
    if (existing.content.sha256 === read.sha256 && sameOwner(existing, registration) && hasPyramid) {
      await updatePlace(this.#dataSource, existing.id, place)
      return 'updated'
    }
    const content = await this.#content(existing.id, read, signal)
    const expected = { id: existing.id, pyramidKey: existing.content.pyramidKey }
    const replaced = await replaceDataset(this.#dataSource, expected, { ...place, ...keptOwner, content })
    if (!replaced) throw new RegistrationError('Another process changed it meanwhile. Try again.')
    if (content.pyramidKey !== expected.pyramidKey) await this.#objects.delete(expected.pyramidKey)
    return 'replaced'
  }

  /** Makes the pyramid and stores it under a key of its own: tiles of old content are never mixed with new. */
  async #content(
    id: string,
    { file, facts, sha256 }: ReadFile,
    signal?: AbortSignal,
  ): Promise<DatasetContent> {
    const pyramidKey = `datasets/${id}/${uuidv7()}/pyramid`
    await mkdir(this.#scratchFolder, { recursive: true, mode: 0o700 })
    const scratch = join(this.#scratchFolder, `${uuidv7()}${SCRATCH_SUFFIX}`)
    try {
      const pyramid = await makePyramid(facts.image, scratch, signal)
      // The hash, the header and the pyramid have to be of one file.
      const now = await this.#files.openCurrent(file.location.address, { signal })
      await now.source.close()
      if (!sameLocation(now.location, file.location)) {
        throw new RegistrationError(
          'The file changed while it was read. Register it again when it is complete.',
        )
      }
      await this.#objects.putFile(pyramidKey, scratch, signal === undefined ? {} : { signal })
      return { ...facts.content, sha256, pyramid, pyramidKey }
    } finally {
      await rm(scratch, { force: true })
    }
  }
}

interface Names {
  readonly publicId: string
  /** Undefined: what it has, or the identifier. */
  readonly displayName: string | undefined
}

interface ReadFile {
  readonly file: CurrentFile
  readonly facts: ImageFacts
  readonly sha256: string
}

function namesOf({ address, id, displayName }: Registration): Names {
  const fileName = basename(address)
  refusePacked(fileName)
  const publicId = id ?? datasetIdOf(fileName)
  if (!isDatasetId(publicId)) {
    throw new RegistrationError(
      `"${publicId}" cannot be an identifier: letters, digits, ".", "_" and "-" only, 1 to 128 of them, a letter or digit first.`,
    )
  }
  const bytes = Buffer.byteLength(displayName ?? publicId)
  if (bytes === 0 || bytes > DISPLAY_NAME_MAX_BYTES) {
    throw new RegistrationError(`A name has 1 to ${DISPLAY_NAME_MAX_BYTES} bytes; this one has ${bytes}.`)
  }
  return { publicId, displayName }
}

function checkReplacement(
  existing: DatasetRecord,
  { address, replace, ...registration }: Registration,
  read: ReadFile,
) {
  if (existing.fileId !== undefined) {
    throw new RegistrationError(
      `${existing.publicId} was made of a file of its organisation. Name another identifier with --id, or remove it first.`,
    )
  }
  if (replace === 'always') return
  const sameAddress = existing.location.address === address
  if (existing.content.sha256 !== read.sha256 && !(replace === 'same-address' && sameAddress)) {
    throw new RegistrationError(
      `The identifier ${existing.publicId} names other content already (${existing.location.address}). ` +
        'Name another identifier with --id, or put this file in its place with --replace.',
    )
  }
  if (!sameOwner(existing, { ...registration, address, replace })) {
    throw new RegistrationError(
      `${existing.publicId} is registered for another owner. Give it to this one with --replace.`,
    )
  }
}

function sameOwner(existing: DatasetRecord, { owner, keepOwner }: Registration): boolean {
  if (keepOwner) return true
  return existing.organizationId === owner.organizationId && existing.visibility === owner.visibility
}

function ownerOf({ organizationId, visibility }: DatasetRecord): DatasetOwner {
  return { organizationId, visibility }
}

function sameLocation(a: DatasetLocation, b: DatasetLocation): boolean {
  return a.address === b.address && a.version === b.version && a.sizeBytes === b.sizeBytes
}

async function makePyramid(image: FitsImage, path: string, signal?: AbortSignal): Promise<PyramidSummary> {
  const made = await buildPyramid(image, path, signal === undefined ? {} : { signal })
  const { tileSizePx, levels, percentile1, percentile99, minimum, maximum } = made
  return { tileSizePx, levels, percentile1, percentile99, minimum, maximum }
}

/** Infinite for a file that another process took away meanwhile. */
async function writtenMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Number.POSITIVE_INFINITY
    throw error
  }
}
