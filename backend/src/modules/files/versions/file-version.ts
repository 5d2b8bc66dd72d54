import type { FileState } from './version-state.ts'

/** One content of a file. */
export interface FileVersion {
  readonly id: string
  readonly fileId: string
  readonly organizationId: string
  /** From 1. */
  readonly version: number
  readonly state: FileState
  /** As announced while UPLOADING, then as it is. */
  readonly sizeBytes: bigint
  /** 32 bytes: as announced while UPLOADING or SCANNING, then as it is. */
  readonly sha256: Buffer | undefined
  readonly mediaType: string
  /** A sentence; empty unless INFECTED, REJECTED or FAILED. */
  readonly failure: string
  readonly creatorId: string
  readonly createTime: Date
  readonly changeTime: Date
  /** Undefined when its content is gone. */
  readonly objectKey: string | undefined
  /** The store's name for the upload; undefined once it has ended. */
  readonly uploadId: string | undefined
  readonly partSizeBytes: bigint | undefined
  readonly uploadExpireTime: Date | undefined
  readonly signature: string
  readonly scanEngine: string
  readonly signatureVersion: string
  readonly scanTime: Date | undefined
  readonly scanAttempts: number
  readonly nextScanTime: Date | undefined
  readonly scanLeaseTime: Date | undefined
  readonly scannedBytes: bigint
}

export interface FileVersionRow {
  readonly id: string
  readonly file_id: string
  readonly organization_id: string
  readonly version: number
  readonly state: FileState
  readonly size_bytes: string
  readonly sha256: Buffer | null
  readonly media_type: string
  readonly failure: string
  readonly creator_id: string
  readonly create_time: Date
  readonly change_time: Date
  readonly object_key: string | null
  readonly upload_id: string | null
  readonly part_size_bytes: string | null
  readonly upload_expire_time: Date | null
  readonly signature: string
  readonly scan_engine: string
  readonly signature_version: string
  readonly scan_time: Date | null
  readonly scan_attempts: number
  readonly next_scan_time: Date | null
  readonly scan_lease_time: Date | null
  readonly scanned_bytes: string
}

/** Of file_versions, in place of "*". */
export const versionColumns = [
  'id',
  'file_id',
  'organization_id',
  'version',
  'state',
  'size_bytes',
  'sha256',
  'media_type',
  'failure',
  'creator_id',
  'create_time',
  'change_time',
  'object_key',
  'upload_id',
  'part_size_bytes',
  'upload_expire_time',
  'signature',
  'scan_engine',
  'signature_version',
  'scan_time',
  'scan_attempts',
  'next_scan_time',
  'scan_lease_time',
  'scanned_bytes',
]
  .map((column) => `file_versions.${column}`)
  .join(', ')

export function versionOf(row: FileVersionRow): FileVersion {
  return {
    id: row.id,
    fileId: row.file_id,
    organizationId: row.organization_id,
    version: row.version,
    state: row.state,
    sizeBytes: BigInt(row.size_bytes),
    sha256: row.sha256 ?? undefined,
    mediaType: row.media_type,
    failure: row.failure,
    creatorId: row.creator_id,
    createTime: row.create_time,
    changeTime: row.change_time,
    objectKey: row.object_key ?? undefined,
    uploadId: row.upload_id ?? undefined,
    partSizeBytes: row.part_size_bytes === null ? undefined : BigInt(row.part_size_bytes),
    uploadExpireTime: row.upload_expire_time ?? undefined,
    signature: row.signature,
    scanEngine: row.scan_engine,
    signatureVersion: row.signature_version,
    scanTime: row.scan_time ?? undefined,
    scanAttempts: row.scan_attempts,
    nextScanTime: row.next_scan_time ?? undefined,
    scanLeaseTime: row.scan_lease_time ?? undefined,
    scannedBytes: BigInt(row.scanned_bytes),
  }
}
