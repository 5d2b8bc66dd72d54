import { expect, test } from 'vitest'
import { violationSentence } from './violation-sentence'

test.each([
  ['display_name', 'has control characters in it.', 'The name has control characters in it.'],
  ['file.tags[3]', 'is blank.', 'A tag is blank.'],
  ['size_bytes', 'Files for evidence have at most 1 byte.', 'Files for evidence have at most 1 byte.'],
  ['with', 'names nobody to share with.', 'Names nobody to share with.'],
])('a violation of %s is told in a sentence', (field, description, sentence) => {
  expect(violationSentence({ field, description })).toBe(sentence)
})
