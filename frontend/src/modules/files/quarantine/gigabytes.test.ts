import { expect, test } from 'vitest'
import { gigabytesText, parseGigabytes } from './gigabytes'

test.for([
  [0n, '0'],
  [1n, '0.000000001'],
  [1_000_000_000n, '1'],
  [107_374_182_400n, '107.3741824'],
  [1_125_899_906_842_624n, '1125899.906842624'],
] as const)('%d bytes are %s GB, and back', ([bytes, text]) => {
  expect(gigabytesText(bytes)).toBe(text)
  expect(parseGigabytes(text)).toBe(bytes)
})

test('separators of thousands are no part of a number', () => {
  expect(parseGigabytes(' 1,024.5 ')).toBe(1_024_500_000_000n)
})

test.for(['', '-1', '1.', '.5', '1e3', 'much', '0.0000000001'])('%j is no size', (text) => {
  expect(parseGigabytes(text)).toBeUndefined()
})
