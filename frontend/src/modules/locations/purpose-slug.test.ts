import { expect, test } from 'vitest'
import { isPurposeSlug, purposeSlug } from './purpose-slug'

test.each([
  ['Contact tracing', 'contact-tracing'],
  ['  Études de mobilité, 2026 ', 'etudes-de-mobilite-2026'],
  ['2026 study', 'study'],
  ['研究', ''],
  [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
])('%j is called %j', (name, slug) => {
  expect(purposeSlug(name)).toBe(slug)
  expect(isPurposeSlug(slug)).toBe(slug !== '')
})
