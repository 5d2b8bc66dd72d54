import { expect, test } from 'vitest'
import { notificationLink } from './notification-link'

test.each([
  ['/o/survey-institute/jobs/1', { kind: 'page', to: '/o/survey-institute/jobs/1' }],
  ['https://example.org/status?x=1', { kind: 'elsewhere', href: 'https://example.org/status?x=1' }],
  ['', undefined],
  ['//example.org', undefined],
  ['/\\example.org', undefined],
  ['http://example.org', undefined],
  ['https://', undefined],
  ['javascript:alert(1)', undefined],
  ['o/survey-institute', undefined],
])('"%s" leads to %o', (link, target) => expect(notificationLink(link)).toEqual(target))
