import { expect, test } from 'vitest'
import { scannerTrouble } from './scanner-words'

const well = { enabled: true, reachable: true, failure: '', waitingCount: 0n, failedCount: 0n }

test('a scanner that answers and has given up on nothing is no trouble', () => {
  expect(scannerTrouble({ ...well, waitingCount: 3n })).toBeUndefined()
})

test('a disabled scanner is told before all else', () => {
  expect(scannerTrouble({ ...well, enabled: false, reachable: false })?.title).toMatch(/without a scan/)
})

test('a scanner that is away is told with why, and how many wait for it', () => {
  const trouble = scannerTrouble({
    ...well,
    reachable: false,
    failure: 'Connection refused',
    waitingCount: 2n,
  })
  expect(trouble?.text).toMatch(/^Connection refused\. Nothing is released meanwhile: 2 files wait for it\./)
})

test('files that could not be scanned are counted', () => {
  expect(scannerTrouble({ ...well, failedCount: 1n })?.title).toBe('1 file could not be scanned')
})
