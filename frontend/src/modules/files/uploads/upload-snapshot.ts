import type { FilePurpose, File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import type { Remedy } from './upload-failure'

export type UploadPhase =
  /** For its turn. */
  | 'waiting'
  | 'starting'
  | 'sending'
  /** Something failed; it tries again by itself. */
  | 'retrying'
  | 'paused'
  /** All parts are there; the digest and the server's check are not. */
  | 'finishing'
  /** The server has it; its state tells the rest. */
  | 'completed'
  | 'failed'
  /** Of an earlier page: the browser wants to be asked whether the file may be read. */
  | 'needs-permission'
  /** Of an earlier page: its file has to be chosen again. */
  | 'needs-file'

/** An upload as it stands; a new object after each change. */
export interface UploadSnapshot {
  readonly id: string
  /** Slug. */
  readonly organization: string
  readonly folder: string
  readonly purpose: FilePurpose
  /** Resource name of the file; empty until the server has given one. */
  readonly name: string
  /** Resource name of the file that it is a new version of; empty for a new file. */
  readonly versionOf: string
  readonly displayName: string
  readonly sizeBytes: number
  readonly phase: UploadPhase
  readonly sentBytes: number
  /** Over the last seconds; 0 while nothing is sent. */
  readonly bytesPerSecond: number
  /** Why it failed or tries again, in a sentence. */
  readonly problem: string
  readonly remedy: Remedy
  /** Milliseconds since the epoch; undefined unless it tries again. */
  readonly retryTime: number | undefined
  /** The file as it was when the upload was completed. */
  readonly file: StoredFile | undefined
}

const active: ReadonlySet<UploadPhase> = new Set(['waiting', 'starting', 'sending', 'retrying', 'finishing'])

/** Whether it goes on by itself. */
export function isActive({ phase }: Pick<UploadSnapshot, 'phase'>): boolean {
  return active.has(phase)
}
