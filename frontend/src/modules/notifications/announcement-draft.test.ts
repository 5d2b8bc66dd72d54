import { expect, test } from 'vitest'
import {
  type AnnouncementDraft,
  emptyDraft,
  isWritten,
  problemsOf,
  publishTimeOf,
  toRequest,
} from './announcement-draft'

const now = new Date('2026-11-21T10:00').getTime()
const draft = (rest: Partial<AnnouncementDraft> = {}): AnnouncementDraft => ({
  ...emptyDraft,
  title: 'Maintenance on Sunday',
  ...rest,
})

test.each([
  ['title', { title: '  ' }],
  ['title', { title: 'x'.repeat(121) }],
  ['body', { body: 'x'.repeat(4001) }],
  ['link', { link: 'http://example.org' }],
  ['link', { link: 'operations' }],
  ['link', { link: `/${'x'.repeat(500)}` }],
  ['organizations', { audience: 'chosen' }],
  [
    'organizations',
    { audience: 'chosen', organizations: Array.from({ length: 101 }, (_, i) => `organizations/o${i}`) },
  ],
  ['time', { when: 'later' }],
  ['time', { when: 'later', time: '2026-11-21T09:59' }],
  ['time', { when: 'later', time: '2027-11-22T10:00' }],
] as const)('a wrong %s is told: %o', (field, rest) => {
  expect(Object.keys(problemsOf(draft(rest as Partial<AnnouncementDraft>), now))).toEqual([field])
})

test.each([
  {},
  { title: 'x'.repeat(120), body: 'x'.repeat(4000) },
  { link: '/operations' },
  { link: 'https://status.example.org' },
  { audience: 'chosen', organizations: ['organizations/a'] },
  { when: 'later', time: '2026-11-21T10:01' },
  // What is not chosen is not looked at.
  { time: '2020-01-01T00:00', organizations: [] },
] as const)('a good one has no problems: %o', (rest) =>
  expect(problemsOf(draft(rest as Partial<AnnouncementDraft>), now)).toEqual({}),
)

test('it is sent trimmed, and without what was not chosen', () => {
  const written = draft({
    title: ' Maintenance ',
    body: 'From 6 to 10.\n\nNothing is lost.\n',
    organizations: ['organizations/b', 'organizations/a'],
    time: '2026-11-22T06:00',
    link: ' /operations ',
  })
  expect(toRequest(written, 'id')).toEqual({
    title: 'Maintenance',
    body: 'From 6 to 10.\n\nNothing is lost.',
    severity: 'SEVERITY_INFO',
    organizations: [],
    link: '/operations',
    publishTime: undefined,
    requestId: 'id',
  })
  expect(toRequest({ ...written, audience: 'chosen', when: 'later' }, 'id')).toMatchObject({
    organizations: ['organizations/a', 'organizations/b'],
    publishTime: new Date('2026-11-22T06:00'),
  })
})

test('a time that is none is no time', () => {
  expect(publishTimeOf(draft({ when: 'later', time: 'tomorrow' }))).toBeUndefined()
})

test('only words are worth a warning', () => {
  expect(isWritten({ ...emptyDraft, severity: 'SEVERITY_ERROR', audience: 'chosen' })).toBe(false)
  expect(isWritten({ ...emptyDraft, body: 'x' })).toBe(true)
})
