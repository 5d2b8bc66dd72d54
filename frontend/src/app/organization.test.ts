import { expect, test } from 'vitest'
import { homeOrganization } from './organization'

const reader = { slug: 'a', permissions: ['jobs.read'] }
const submitter = { slug: 'b', permissions: ['jobs.read', 'jobs.submit'] }

test('home is the organisation visited last, else one to submit in, else the first', () => {
  expect(homeOrganization([reader, submitter], 'a')).toBe('a')
  expect(homeOrganization([reader, submitter], 'left')).toBe('b')
  expect(homeOrganization([reader], undefined)).toBe('a')
  expect(homeOrganization([], 'a')).toBeUndefined()
})
