import { expect, test } from 'vitest'
import { suggestedDatasetId } from './dataset-id'

test.each([
  ['ngc-253.fits', 'ngc-253'],
  ['Deep field, no. 1.FITS', 'Deep-field-no.-1'],
  ['Ölçüm.fit', 'O-lc-u-m'],
  ['_draft.fts', 'draft'],
  ['星.fits', ''],
  [`${'a'.repeat(200)}.fits`, 'a'.repeat(128)],
])('%s becomes %j', (fileName, id) => {
  expect(suggestedDatasetId(fileName)).toBe(id)
})
