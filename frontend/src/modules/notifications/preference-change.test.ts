import {
  type EventPreference,
  EventType,
  type MailDelivery,
  Preferences,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { expect, test } from 'vitest'
import { defaultsOf, inverseOf, preferenceGroups, toUpdate, withChange } from './preference-change'

const type = (eventType: string, rest: Partial<EventType> = {}) =>
  EventType.fromPartial({
    eventType,
    module: eventType.split('.')[0] ?? '',
    inAppDefault: true,
    mailDefault: 'MAIL_DELIVERY_AT_ONCE',
    ...rest,
  })
const preference = (
  eventType: string,
  inApp = true,
  mail: MailDelivery = 'MAIL_DELIVERY_AT_ONCE',
): EventPreference => ({ eventType, inApp, mail })
const preferences = Preferences.fromPartial({
  events: [preference('jobs.completed'), preference('jobs.failed')],
  quietHours: { enabled: false, startMinute: 1320, endMinute: 420 },
  timeZone: 'UTC',
  dailyDigestMinute: 480,
})

test('a change touches what it names and nothing else', () => {
  const changed = withChange(preferences, { events: [preference('jobs.failed', false)] })
  expect(changed).toEqual({
    ...preferences,
    events: [preference('jobs.completed'), preference('jobs.failed', false)],
  })
  expect(withChange(preferences, { timeZone: 'Europe/Berlin' })).toEqual({
    ...preferences,
    timeZone: 'Europe/Berlin',
  })
})

test.each([
  { events: [preference('jobs.failed', false, 'MAIL_DELIVERY_OFF')] },
  { quietHours: { enabled: true, startMinute: 0, endMinute: 60 } },
  { timeZone: 'Europe/Berlin', dailyDigestMinute: 0 },
])('the inverse takes %o back, and leaves what was changed meanwhile', (change) => {
  expect(withChange(withChange(preferences, change), inverseOf(preferences, change))).toEqual(preferences)
  const meanwhile = { events: [preference('jobs.completed', false)] }
  expect(
    withChange(withChange(withChange(preferences, change), meanwhile), inverseOf(preferences, change)),
  ).toEqual(withChange(preferences, meanwhile))
})

test.each([
  [{ events: [preference('jobs.failed')] }, ['events']],
  [{ quietHours: { enabled: true, startMinute: 0, endMinute: 60 } }, ['quiet_hours']],
  [{ timeZone: 'UTC' }, ['time_zone']],
  [{ dailyDigestMinute: 0 }, ['daily_digest_minute']],
  [{ timeZone: 'UTC', dailyDigestMinute: 0 }, ['time_zone', 'daily_digest_minute']],
])('of %o the mask names exactly that', (change, mask) => {
  expect(toUpdate(change).updateMask).toEqual(mask)
})

test('groups follow the event types, and leave out what nobody notifies the caller of', () => {
  const groups = preferenceGroups(
    [type('jobs.completed'), type('identity.member_joined'), type('jobs.failed'), type('jobs.shared')],
    [preference('jobs.failed'), preference('identity.member_joined'), preference('jobs.completed')],
  )
  expect(groups.map(({ module, rows }) => [module, rows.map((row) => row.type.eventType)])).toEqual([
    ['jobs', ['jobs.completed', 'jobs.failed']],
    ['identity', ['identity.member_joined']],
  ])
})

test('going back to the defaults names only what differs, and what is required does not', () => {
  const types = [
    type('jobs.completed'),
    type('jobs.failed'),
    type('jobs.held', { mailDefault: 'MAIL_DELIVERY_OFF' }),
    type('operator.announcement', { inAppRequired: true }),
  ]
  const groups = preferenceGroups(types, [
    preference('jobs.completed'),
    preference('jobs.failed', false),
    preference('jobs.held', true, 'MAIL_DELIVERY_DAILY'),
    preference('operator.announcement', false),
  ])
  expect(defaultsOf(groups)).toEqual([
    preference('jobs.failed'),
    preference('jobs.held', true, 'MAIL_DELIVERY_OFF'),
  ])
})
