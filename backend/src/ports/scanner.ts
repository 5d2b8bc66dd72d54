/** Looks for malware in stored content. */
export interface Scanner {
  /** UNSCANNED where the operator has disabled scanning; such content may be downloaded and is shown so. */
  scan(content: ScannedContent): Promise<ScanVerdict>
}

export interface ScannedContent {
  /** A file that the worker holds. */
  readonly path: string
  readonly signal?: AbortSignal
}

export interface ScanVerdict {
  readonly state: 'UNSCANNED' | 'CLEAN' | 'INFECTED'
  /** What was found; empty unless INFECTED. */
  readonly signature: string
}
