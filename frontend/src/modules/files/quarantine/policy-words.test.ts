import { expect, test } from 'vitest'
import { lifetimeText, mediaTypesOf } from './policy-words'

test('a lifetime is told in days where it is whole days', () => {
  expect(lifetimeText(86_400n)).toBe('1 day')
  expect(lifetimeText(30n * 86_400n)).toBe('30 days')
  expect(lifetimeText(90_000n)).toBe('90,000 s')
})

test('media types are read one a line or between commas, each once', () => {
  expect(mediaTypesOf('image/PNG\n text/*, image/png;\n\n')).toEqual(['image/png', 'text/*'])
  expect(mediaTypesOf('  ')).toEqual([])
})
