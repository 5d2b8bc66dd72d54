import type { Scanner } from '../../../ports/scanner.ts'

/** For operators who scan elsewhere, or not at all: everything stays UNSCANNED, and is shown so. */
export function createDisabledScanner(): Scanner {
  return { scan: async () => ({ state: 'UNSCANNED', signature: '' }) }
}
