import {
  type File,
  type FileEvent,
  type FileVersion as FileVersionMessage,
  type FileState as MessageState,
  FileState as MessageStates,
  type StorageUsage,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import { validate } from 'uuid'
import { purposeMessage } from '../policies/policy-messages.ts'
import type { StorageFigures } from '../quota/storage-quota.ts'
import type { FileVersion } from '../versions/file-version.ts'
import type { FileState } from '../versions/version-state.ts'
import { type FileRecord, TRASH_DAYS } from './file-record.ts'
import { fileNotFound } from './files-errors.ts'

const states: Readonly<Record<FileState, MessageState>> = {
  UPLOADING: MessageStates.FILE_STATE_UPLOADING,
  SCANNING: MessageStates.FILE_STATE_SCANNING,
  CLEAN: MessageStates.FILE_STATE_CLEAN,
  UNSCANNED: MessageStates.FILE_STATE_UNSCANNED,
  INFECTED: MessageStates.FILE_STATE_INFECTED,
  REJECTED: MessageStates.FILE_STATE_REJECTED,
  FAILED: MessageStates.FILE_STATE_FAILED,
}

function stateMessage(state: FileState | undefined): MessageState {
  return state === undefined ? MessageStates.FILE_STATE_UNSPECIFIED : states[state]
}

/** Undefined for UNSPECIFIED, and for one that this release does not know. */
export function stateOfMessage(message: MessageState): FileState | undefined {
  return (Object.keys(states) as FileState[]).find((state) => states[state] === message)
}

export function fileName(slug: string, fileId: string): string {
  return `organizations/${slug}/files/${fileId}`
}

/**
 * The id in the name of a file, or of what is below it; whose organisation it is, the interceptor has checked.
 *
 * @throws DomainError NOT_FOUND for what is no id
 */
export function fileIdOf(name: string): string {
  const id = name.split('/')[3] ?? ''
  if (!validate(id)) throw fileNotFound()
  return id
}

export function fileVersionMessage(version: FileVersion, creatorName: string): FileVersionMessage {
  return {
    version: version.version,
    state: states[version.state],
    sizeBytes: version.sizeBytes,
    sha256: version.sha256?.toString('hex') ?? '',
    mediaType: version.mediaType,
    failure: version.failure,
    signature: version.signature,
    scanEngine: version.scanEngine,
    signatureVersion: version.signatureVersion,
    scanTime: version.scanTime,
    createTime: version.createTime,
    creatorDisplayName: creatorName,
    scannedBytes: version.state === 'SCANNING' ? version.scannedBytes : 0n,
  }
}

/** As lists and watches have it: without shares, used_by and upload. */
export function fileMessage(
  file: FileRecord,
  latest: FileVersion | undefined,
  slug: string,
  names: ReadonlyMap<string, string>,
): File {
  return {
    name: fileName(slug, file.id),
    displayName: file.displayName,
    folder: file.folder,
    tags: [...file.tags],
    description: file.description,
    purpose: purposeMessage(file.purpose),
    latest: latest === undefined ? undefined : fileVersionMessage(latest, names.get(latest.creatorId) ?? ''),
    releasedVersion: file.releasedVersion ?? 0,
    versionCount: file.latestVersion,
    owner: `users/${file.ownerId}`,
    ownerDisplayName: names.get(file.ownerId) ?? '',
    createTime: file.createTime,
    updateTime: file.updateTime,
    expireTime: file.expireTime,
    trashTime: file.trashTime,
    purgeTime: file.trashTime === undefined ? undefined : purgeTime(file.trashTime),
    shares: [],
    usedBy: [],
    editable: false,
    upload: undefined,
  }
}

export interface FileEventRecord {
  readonly id: bigint
  readonly time: Date
  readonly version: number | undefined
  readonly kind: string
  readonly from: FileState | undefined
  readonly to: FileState | undefined
  readonly actorId: string | undefined
  readonly description: string
}

export function fileEventMessage(event: FileEventRecord, names: ReadonlyMap<string, string>): FileEvent {
  return {
    time: event.time,
    version: event.version ?? 0,
    kind: event.kind,
    fromState: stateMessage(event.from),
    toState: stateMessage(event.to),
    actorDisplayName: event.actorId === undefined ? '' : (names.get(event.actorId) ?? ''),
    description: event.description,
  }
}

export interface StorageCounts extends StorageFigures {
  /** Of job results; not part of the quota. */
  readonly resultBytes: bigint
  readonly fileCount: bigint
  readonly trashedBytes: bigint
}

export function storageUsageMessage(slug: string, counts: StorageCounts): StorageUsage {
  const { quotaBytes, usedBytes, reservedBytes, resultBytes, fileCount, trashedBytes } = counts
  return {
    name: `organizations/${slug}/storageUsage`,
    quotaBytes,
    usedBytes,
    reservedBytes,
    resultBytes,
    fileCount,
    trashedBytes,
  }
}

function purgeTime(trashTime: Date): Date {
  return new Date(trashTime.getTime() + TRASH_DAYS * 86_400_000)
}
