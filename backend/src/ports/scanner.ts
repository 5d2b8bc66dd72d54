import type { Readable } from 'node:stream'

/** Looks for malware in content, as it streams by. */
export interface Scanner {
  /** False where the operator has disabled scanning. */
  readonly enabled: boolean
  /**
   * Reads the content once, to its end, or destroys it. UNSCANNED where scanning is disabled; such content may be
   * downloaded and is shown so.
   *
   * @throws ScannerUnavailable when the scanner is not reached or went away: nothing is known of the content
   * @throws ScanFailed when it answered that it cannot tell
   */
  scan(scanned: ScannedContent): Promise<ScanVerdict>
  /**
   * What would scan now; undefined where scanning is disabled.
   *
   * @throws ScannerUnavailable
   */
  version(signal?: AbortSignal): Promise<ScannerVersion | undefined>
}

export interface ScannedContent {
  readonly content: Readable
  readonly sizeBytes: number
  /** Whether the scanner must see it in one piece to see into it, as with an archive. */
  readonly whole?: boolean
  readonly signal?: AbortSignal
  /** Told of the bytes that the scanner has taken so far, often. */
  readonly onProgress?: (scannedBytes: number) => void
}

export interface ScanVerdict {
  readonly state: 'UNSCANNED' | 'CLEAN' | 'INFECTED'
  /** What was found; empty unless INFECTED. */
  readonly signature: string
  /** Such as "ClamAV 1.4.3"; empty when UNSCANNED. */
  readonly engine: string
  /** Of the signatures, such as "27420"; empty when UNSCANNED or when the scanner has none that are numbered. */
  readonly signatureVersion: string
  /** Why nothing was found in a part of it: nobody can look into that. */
  readonly unread?: 'ENCRYPTED' | 'LIMITS'
}

export interface ScannerVersion {
  readonly engine: string
  readonly signatureVersion: string
  readonly signatureTime?: Date
}

/** The scanner is not reached, does not answer, or went away in the middle. */
export class ScannerUnavailable extends Error {
  override readonly name = 'ScannerUnavailable'
}

/** The scanner answered, but with no verdict. */
export class ScanFailed extends Error {
  override readonly name = 'ScanFailed'
}
