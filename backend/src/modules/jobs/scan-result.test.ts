import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDisabledScanner } from '../../adapters/scanner/disabled/index.ts'
import { ScanFailed, type Scanner, ScannerUnavailable, type ScanVerdict } from '../../ports/scanner.ts'
import { scanResult } from './scan-result.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-result-'))
  await writeFile(join(folder, 'cutout.fits'), 'SIMPLE')
})
afterAll(() => rm(folder, { recursive: true }))

const clean: ScanVerdict = { state: 'CLEAN', signature: '', engine: 'Test', signatureVersion: '1' }

/** Answers one thing after the other. */
function scannerOf(...answers: (ScanVerdict | Error)[]): Scanner {
  return {
    enabled: true,
    async scan({ content }) {
      content.destroy()
      const answer = answers.shift()
      if (answer instanceof Error || answer === undefined) throw answer
      return answer
    },
    version: async () => undefined,
  }
}

function scan(scanner: Scanner, signal = new AbortController().signal) {
  const file = { fileName: 'cutout.fits', sizeBytes: 6 }
  return scanResult(scanner, join(folder, file.fileName), file, signal, [1, 1])
}

test('a result is clean, or not scanned where scanning is disabled', async () => {
  expect(await scan(scannerOf(clean))).toBe('CLEAN')
  expect(await scan(createDisabledScanner())).toBe('UNSCANNED')
})

test('a scanner that is away is waited for', async () => {
  expect(await scan(scannerOf(new ScannerUnavailable('away'), new ScannerUnavailable('away'), clean))).toBe(
    'CLEAN',
  )
})

test.each([
  [{ ...clean, state: 'INFECTED', signature: 'X' }, 'RESULT_INFECTED', false],
  [{ ...clean, unread: 'LIMITS' }, 'RESULT_NOT_SCANNED', false],
  [new ScanFailed('no memory'), 'RESULT_NOT_SCANNED', true],
  [new ScannerUnavailable('away'), 'RESULT_NOT_SCANNED', true],
] as const)('after %j the task ends for its own reason', async (answer, reason, transient) => {
  await expect(scan(scannerOf(answer, answer, answer))).rejects.toMatchObject({ reason, transient })
})

test('the wait ends with the task', async () => {
  const stop = new AbortController()
  const scanning = scan(scannerOf(new ScannerUnavailable('away'), clean), stop.signal)
  stop.abort(new Error('stopped'))
  await expect(scanning).rejects.toThrow()
})
