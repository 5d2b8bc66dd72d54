import type { ScanVerdict } from '../../../ports/scanner.ts'

/** What came of reading a content once. */
export type ScanOutcome =
  | { readonly state: 'CLEAN' | 'UNSCANNED'; readonly verdict: ScanVerdict; readonly sha256: Buffer }
  | { readonly state: 'INFECTED'; readonly verdict: ScanVerdict }
  | {
      readonly state: 'REJECTED'
      /** A sentence with the way out. */
      readonly failure: string
      readonly verdict?: ScanVerdict
    }
