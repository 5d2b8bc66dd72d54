import type { DataSource } from 'typeorm'
import type { Objects, SignedUrl } from '../../../ports/objects.ts'
import { type CallContext, organizationContext } from '../../../server/call-context.ts'
import type { FilePurpose } from '../policies/policy-store.ts'
import { rows } from '../sql.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { isReleased } from '../versions/version-state.ts'
import { fileIdOf } from './file-messages.ts'
import { type FileRecord, readFile, readVersion } from './file-record.ts'
import { fileInTrash, fileNotFound, fileNotReleased } from './files-errors.ts'

/** One version whose content may be fetched and used. */
export interface ReleasedFile {
  readonly id: string
  readonly version: number
  readonly organizationId: string
  readonly displayName: string
  readonly purpose: FilePurpose
  readonly sizeBytes: bigint
  /** Hexadecimal. */
  readonly sha256: string
  readonly mediaType: string
  /** "clean/..." */
  readonly objectKey: string
}

/** Files, for other modules. None of it gives out what is not released. */
export interface FilesService {
  /**
   * The newest released version of a file of the organisation, whose files the caller may read.
   *
   * @throws DomainError NOT_FOUND, or FAILED_PRECONDITION when none is released or it is in the trash
   */
  released(organizationId: string, fileId: string): Promise<ReleasedFile>
  /**
   * One version that something uses, also of a file in the trash; whoever asks has checked that its caller may see
   * what uses it.
   *
   * @throws DomainError NOT_FOUND, or FAILED_PRECONDITION when the version was taken back
   */
  version(fileId: string, version: number): Promise<ReleasedFile>
  /**
   * What the caller of a method that names a file may fetch of it.
   *
   * @param name of the file, as the request has it; the interceptor has checked the organisation or the share
   * @param version 0 for the newest that is released
   */
  forCaller(context: CallContext, name: string, version: number): Promise<ReleasedFile>
  /**
   * A short-lived address to fetch it from, as an attachment; writes who asked for it into the file's events.
   *
   * @param kind 'reviewed' where the file's organisation is not to know who of the operator's people looks at it
   */
  sign(
    file: Pick<ReleasedFile, 'id' | 'version'>,
    actorId: string,
    kind?: 'fetched' | 'reviewed',
  ): Promise<SignedUrl>
}

export interface FilesServiceOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly addressSeconds: number
}

export function createFilesService({
  dataSource,
  objects,
  addressSeconds,
}: FilesServiceOptions): FilesService {
  async function releasedVersion(file: FileRecord, number: number): Promise<ReleasedFile> {
    const found = await readVersion(dataSource, file.id, number)
    if (found === undefined) throw fileNotFound()
    const { state, version, sizeBytes, sha256, mediaType, objectKey } = found
    if (!isReleased(state) || objectKey === undefined) throw fileNotReleased(stateText(state, version))
    const { id, organizationId, displayName, purpose } = file
    const digest = sha256?.toString('hex') ?? ''
    return {
      id,
      version,
      organizationId,
      displayName,
      purpose,
      sizeBytes,
      sha256: digest,
      mediaType,
      objectKey,
    }
  }

  async function newest(file: FileRecord): Promise<ReleasedFile> {
    if (file.trashTime !== undefined) throw fileInTrash()
    return releasedVersion(file, file.releasedVersion ?? file.latestVersion)
  }

  async function organizationFile(organizationId: string, fileId: string): Promise<FileRecord> {
    const file = await readFile(dataSource, organizationId, fileId)
    if (file === undefined) throw fileNotFound()
    return file
  }

  async function anyFile(fileId: string): Promise<FileRecord> {
    const [row] = await rows<{ organization_id: string }>(
      dataSource,
      'select organization_id from files where id = $1',
      [fileId],
    )
    if (row === undefined) throw fileNotFound()
    return organizationFile(row.organization_id, fileId)
  }

  return {
    released: async (organizationId, fileId) => newest(await organizationFile(organizationId, fileId)),

    version: async (fileId, version) => releasedVersion(await anyFile(fileId), version),

    async forCaller(context, name, version) {
      const { organization } = organizationContext(context)
      const file = await organizationFile(organization.id, fileIdOf(name))
      if (version === 0) return newest(file)
      if (file.trashTime !== undefined) throw fileInTrash()
      return releasedVersion(file, version)
    },

    async sign({ id, version }, actorId, kind = 'fetched') {
      const file = await releasedVersion(await anyFile(id), version)
      const signed = await objects.signGet(file.objectKey, {
        fileName: file.displayName,
        mediaType: file.mediaType === '' ? 'application/octet-stream' : file.mediaType,
        disposition: 'attachment',
        lifetimeSeconds: addressSeconds,
      })
      await writeFileEvent(dataSource, {
        fileId: id,
        organizationId: file.organizationId,
        version,
        kind,
        actorId,
        description: `An address to fetch version ${version} was made.`,
      })
      return signed
    },
  }
}

function stateText(state: string, version: number): string {
  switch (state) {
    case 'UPLOADING':
      return `Version ${version} has not arrived in full. Complete its upload, and wait for its scan.`
    case 'SCANNING':
      return `Version ${version} waits for its scan. It can be fetched once nothing was found in it.`
    case 'FAILED':
      return `Version ${version} could not be scanned yet. It is tried again; the operator is told.`
    case 'INFECTED':
      return `Version ${version} was infected: its content was deleted. Upload another one.`
    default:
      return `Version ${version} was rejected: its content was deleted. Upload another one.`
  }
}
