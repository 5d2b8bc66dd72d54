import type { ClamavScannerOptions } from './clamav-scanner.ts'

const NAMES = ['CLAMAV_HOST', 'CLAMAV_PORT'] as const

/** Settings without which no test can speak to a scanner; a test that is skipped names them. */
export function missingClamavSettings(): readonly string[] {
  return NAMES.filter((name) => (process.env[name] ?? '') === '')
}

export function clamavTestOptions(): ClamavScannerOptions {
  return {
    host: process.env['CLAMAV_HOST'] ?? '',
    port: Number(process.env['CLAMAV_PORT']),
    streamBytes: 2 ** 30,
  }
}

/** The test file of EICAR, which every scanner reports; put together here, so that no scanner reports this file. */
export function eicar(): Buffer {
  return Buffer.from(
    ['X5O!P%@AP[4', '\\PZX54(P^)7CC)7}', '$EICAR-STANDARD', '-ANTIVIRUS-TEST', '-FILE!$H+H*'].join(''),
  )
}
