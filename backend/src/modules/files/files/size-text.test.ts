import { expect, test } from 'vitest'
import { sizeText } from './size-text.ts'

test.each([
  [1n, '1 byte'],
  [999n, '999 bytes'],
  [1000n, '1 kB'],
  [150_000_000n, '150 MB'],
  [999_999n, '1 MB'],
  [107_374_182_400n, '107.4 GB'],
  [5_497_558_138_880n, '5.5 TB'],
])('%s bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
