import type { EntityManager } from 'typeorm'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import { type FilesService, type ReleasedFile, useFile } from '../../files/index.ts'

/** One version of a file of an organisation, attached for good. */
export interface AttachedFile {
  readonly id: string
  readonly version: number
  readonly sizeBytes: bigint
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

export type AttachableFiles = Pick<FilesService, 'released' | 'sign'>

export interface AttachmentAddress {
  readonly url: string
  readonly expireTime: Date
}

/** The file of an organisation that may be attached. @param name "organizations/{organization}/files/{uuid}" */
export async function fileToAttach(
  files: AttachableFiles | undefined,
  organization: { readonly id: string; readonly slug: string } | undefined,
  name: string,
  field: string,
): Promise<ReleasedFile> {
  const [, slug, , fileId] = name.split('/')
  if (organization === undefined || slug !== organization.slug || fileId === undefined) {
    throw invalidField(field, 'is a file of another organisation. Attach one of your own.')
  }
  if (files === undefined) throw invalidField(field, 'cannot be attached here.')
  const file = await files.released(organization.id, fileId)
  if (file.purpose !== 'EVIDENCE') {
    throw invalidField(field, 'is not of purpose EVIDENCE. Upload it as evidence, and attach that.')
  }
  return file
}

/** In the transaction that attaches them. @param usedBy "transfers/{uuid}" or "bookings/{uuid}" */
export async function keepFiles(
  manager: EntityManager,
  attached: readonly AttachedFile[],
  usedBy: string,
): Promise<void> {
  for (const { id, version } of attached) await useFile(manager, { fileId: id, version, usedBy })
}

/** @param file as attached; undefined for an address, and for a place where nothing is */
export function signAttached(
  files: AttachableFiles | undefined,
  file: AttachedFile | undefined,
  userId: string,
  kind: 'fetched' | 'reviewed' = 'fetched',
): Promise<AttachmentAddress> {
  if (files === undefined || file === undefined) throw attachmentNotFound()
  return files.sign(file, userId, kind)
}

const attachmentNotFound = () =>
  new DomainError('NOT_FOUND', 'ATTACHMENT_NOT_FOUND', 'There is no file attached at this place.')

/** Of "{…}/{id}/attachments/{place}" or "{…}/{id}/evidence/{place}", forms that the contract holds it to. */
export function placeOf(name: string): { readonly id: string; readonly place: number } {
  const [id = '', , place] = name.split('/').slice(-3)
  return { id, place: Number(place) }
}

/** As the tables keep it, in JSON. */
export interface AttachedFileJson {
  readonly id: string
  readonly version: number
  readonly size_bytes: string
  readonly sha256: string
}

export function attachedFileJson({ id, version, sizeBytes, sha256 }: AttachedFile): AttachedFileJson {
  return { id, version, size_bytes: String(sizeBytes), sha256 }
}

export function attachedFileOf({ id, version, size_bytes, sha256 }: AttachedFileJson): AttachedFile {
  return { id, version, sizeBytes: BigInt(size_bytes), sha256 }
}
