import { expect, test } from 'vitest'
import { isDatasetAllowed, patternsText, problemOfPattern } from './dataset-patterns.ts'

test.each([
  [[], 'ivo://a/m31', false],
  [['*'], 'ivo://a/m31', true],
  [['ivo://a/m31'], 'ivo://a/m31', true],
  [['ivo://a/m31'], 'ivo://a/m31#1', false],
  [['ivo://a/*'], 'ivo://a/m31', true],
  [['ivo://a/*'], 'ivo://ab/m31', false],
  [['ivo://b/*', 'ivo://a/*'], 'ivo://a/m31', true],
])('%j allow %s: %s', (patterns, id, allowed) => {
  expect(isDatasetAllowed(patterns, id)).toBe(allowed)
})

test('a star stands at the end alone', () => {
  expect(problemOfPattern('ivo://*/m31')).toMatch(/before its end/)
  expect(problemOfPattern('**')).toMatch(/before its end/)
  expect(problemOfPattern('ivo://a/*')).toBeUndefined()
  expect(problemOfPattern(' a')).toMatch(/space/)
})

test('what is allowed is told in short', () => {
  expect(patternsText([])).toBe('it may be given none')
  expect(patternsText(['a', 'b*', 'c', 'd'])).toBe('it may be given "a", "b*" and 2 more')
})
