import type { Scanner } from '../../ports/scanner.ts'
import { ClamavScanner, type ClamavScannerOptions } from './clamav/index.ts'
import { createDisabledScanner } from './disabled/index.ts'

/** Undefined where the operator has disabled scanning. */
export function createScanner(clamav: ClamavScannerOptions | undefined): Scanner {
  return clamav === undefined ? createDisabledScanner() : new ClamavScanner(clamav)
}
