import { isAbsolute, resolve, sep } from 'node:path'
import type { Logger } from 'pino'
import { type DatasetLocation, DatasetUnavailable } from '../../ports/dataset-files.ts'
import { createIdentityReader } from '../identity/index.ts'
import type { DatasetRecord } from './dataset.ts'
import { looksLikeFits } from './dataset-id.ts'
import {
  type DatasetOwner,
  DatasetRegistrar,
  type DatasetRegistrarDependencies,
} from './dataset-registrar.ts'
import { findInFolder, markUnavailable } from './dataset-store.ts'
import { RegistrationError } from './registration-error.ts'

export interface RegisterFoldersOptions extends DatasetRegistrarDependencies {
  /** Paths of folders or s3://bucket/prefix/; searched at any depth. */
  readonly folders: readonly string[]
  readonly log: Logger
  readonly signal?: AbortSignal
}

interface Scan extends RegisterFoldersOptions {
  readonly registrar: DatasetRegistrar
  /** Of what is new. */
  readonly owner: DatasetOwner
}

export interface FolderSummary {
  readonly registered: number
  readonly unchanged: number
  readonly failed: number
  readonly vanished: number
}

/**
 * Takes the images of folders into the list of datasets, readable by every member. A file that is registered
 * already is not read again unless it changed; a bad one is logged and left out; one that vanished is marked
 * so and comes back with its file.
 */
export async function registerFolders(options: RegisterFoldersOptions): Promise<FolderSummary> {
  const summary = { registered: 0, unchanged: 0, failed: 0, vanished: 0 }
  if (options.folders.length === 0) return summary
  const operator = await createIdentityReader(options.dataSource).operatorOrganization()
  if (operator === undefined) {
    options.log.error(
      'datasets wait for an operator organisation: seed the organisations and start the worker again',
    )
    return summary
  }
  const owner = { organizationId: operator.id, visibility: 'EVERYONE' } as const
  const scan = { ...options, owner, registrar: new DatasetRegistrar(options) }
  await scan.registrar.sweep()
  for (const folder of options.folders) {
    options.signal?.throwIfAborted()
    await registerFolder(scan, asFolder(folder), summary)
  }
  return summary
}

type Counts = { -readonly [Name in keyof FolderSummary]: FolderSummary[Name] }

async function registerFolder(options: Scan, folder: string, counts: Counts): Promise<void> {
  const { dataSource, log, signal } = options
  const found = await findFiles(options, folder)
  const known = new Map(
    (await findInFolder(dataSource, folder)).map((record) => [record.location.address, record]),
  )
  const pending = await changedFiles(options, found, known)
  counts.unchanged += found.length - pending.length
  if (pending.length > 0)
    log.info({ folder, files: pending.length }, `registering ${pending.length} files of ${folder}`)
  for (const [index, location] of pending.entries()) {
    signal?.throwIfAborted()
    const progress = `${index + 1} of ${pending.length}`
    const taken = await registerFile(options, location, progress)
    counts[taken ? 'registered' : 'failed'] += 1
    known.delete(location.address)
  }
  for (const { address } of found) known.delete(address)
  for (const record of known.values()) {
    if (record.unavailableReason !== undefined) continue
    await markUnavailable(
      dataSource,
      record.id,
      'The file is not there. Put it back and start Fairlead again.',
    )
    log.warn(
      { dataset: record.publicId, address: record.location.address },
      `${record.location.address} is gone`,
    )
    counts.vanished += 1
  }
}

async function findFiles(options: RegisterFoldersOptions, folder: string): Promise<DatasetLocation[]> {
  const { files, log, signal } = options
  try {
    const found = await files.find(folder, { signal })
    const images = found.filter(({ address }) => looksLikeFits(address))
    if (images.length === 0) log.warn({ folder }, `${folder} has no FITS file (.fits, .fit or .fts)`)
    return images
  } catch (error) {
    if (!(error instanceof DatasetUnavailable)) throw error
    log.error({ folder }, `cannot read the datasets folder ${folder}: ${error.message}`)
    return []
  }
}

/** Answers whether the file is a dataset now. */
async function registerFile(
  { registrar, owner, log, signal }: Scan,
  { address }: DatasetLocation,
  progress: string,
): Promise<boolean> {
  try {
    const registration = { address, owner, keepOwner: true, replace: 'same-address' } as const
    const outcome = await registrar.register(registration, signal)
    const dataset = outcome.publicId
    log.info({ dataset, address, notes: outcome.notes }, `${outcome.status} ${dataset} (${progress})`)
    return true
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error
    log.warn({ address }, `left out ${address} (${progress}): ${error.message}`)
    return false
  }
}

/** Files that are not registered as they are, or whose pyramid the store lost. Reads none of them. */
async function changedFiles(
  { objects, signal }: Scan,
  found: readonly DatasetLocation[],
  known: ReadonlyMap<string, DatasetRecord>,
): Promise<DatasetLocation[]> {
  const changed: DatasetLocation[] = []
  for (let start = 0; start < found.length; start += LOOKS_AT_ONCE) {
    signal?.throwIfAborted()
    const batch = found.slice(start, start + LOOKS_AT_ONCE)
    const current = await Promise.all(
      batch.map(async (location) => {
        const record = known.get(location.address)
        if (record === undefined || !isCurrent(record, location)) return false
        return (await objects.head(record.content.pyramidKey)) !== undefined
      }),
    )
    changed.push(...batch.filter((_, index) => current[index] !== true))
  }
  return changed
}

/** Questions to the object store at a time. */
const LOOKS_AT_ONCE = 16

function isCurrent(record: DatasetRecord, { version, sizeBytes }: DatasetLocation): boolean {
  if (record.unavailableReason !== undefined) return false
  return record.location.version === version && record.location.sizeBytes === sizeBytes
}

/** Absolute, and ending so that no other folder's name begins with it. */
function asFolder(folder: string): string {
  if (folder.startsWith('s3://')) return folder.endsWith('/') ? folder : `${folder}/`
  const path = isAbsolute(folder) ? folder : resolve(folder)
  return path.endsWith(sep) ? path : `${path}${sep}`
}
