import type { FileVersion } from '../versions/file-version.ts'

/** A version that one worker scans, for as long as it renews its lease. */
export interface ScanClaim {
  readonly version: FileVersion
  /** Only who holds it may write what came of the scan. */
  readonly leaseId: string
}

/** `first`: whoever sent it waits. `again`: released already, scanned with newer signatures when nobody waits. */
export type ScanKind = 'first' | 'again'

export const LEASE_SECONDS = 60
export const LEASE_RENEWAL_MS = 15_000
