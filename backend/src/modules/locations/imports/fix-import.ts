import type { FixFileFormat, RejectedRow } from './formats/index.ts'

export type FixImportState = 'WAITING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** What has come of an import so far. */
export interface ImportFigures {
  /** Of the file as it arrived. */
  readonly bytesRead: number
  readonly rowsRead: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  readonly devicesCreated: number
}

export interface FixImportRecord extends ImportFigures {
  readonly id: string
  readonly organizationId: string
  readonly creatorId: string
  readonly fileName: string
  /** Undefined until its first bytes told. */
  readonly format: FixFileFormat | undefined
  readonly state: FixImportState
  /** Whether all of the file's fixes are of one device; without a device id it is gone since. */
  readonly ofDevice: boolean
  readonly deviceId: string | undefined
  readonly createMissing: boolean
  /** IANA name, of times that tell no zone; empty for UTC. */
  readonly timeZone: string
  /** As its sender told; 0 for not known. */
  readonly sizeBytes: number
  /** Why it FAILED. */
  readonly failure: string
  readonly createTime: Date
  readonly expireTime: Date
  readonly endTime: Date | undefined
  /** The first 1,000, by line; none in lists. */
  readonly rejections: readonly RejectedRow[]
}

export interface NewFixImport {
  readonly id: string
  readonly organizationId: string
  readonly creatorId: string
  readonly fileName: string
  readonly format: FixFileFormat | undefined
  readonly deviceId: string | undefined
  readonly createMissing: boolean
  readonly timeZone: string
  readonly sizeBytes: number
  readonly expireTime: Date
}
