import { describe, expect, test } from 'vitest'
import { matchesPattern } from '../../../ports/bus.ts'
import { notificationsQueue } from '../consumer/inbox-consumer.ts'
import { catalogue, kindOf, kindsToldBy, listedKinds } from './catalogue.ts'
import { type Audience, type Names, NotUnderstood } from './event-kind.ts'
import { BODY_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from './plain-text.ts'

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`
const job = { job: id(1), organization: id(2), owner: id(3), service: 'cutout', run_id: 'M 31' }
const member = { organization: id(2), user: id(3), role: 'SUBMITTER' }
const transfer = { transfer: id(5), seller: id(2), buyer: id(6), credit_class: 'cpu', amount: '12.5' }

/** What the writers of events write, for every kind. */
const facts: Readonly<Record<string, Record<string, unknown>>> = {
  'jobs.completed': { ...job, task_count: 1, tasks_failed: 0 },
  'jobs.failed': { ...job, error_message: 'No pixels.' },
  'jobs.aborted': { ...job, actor: id(4) },
  'jobs.held': { ...job, phase: 'HELD', phase_message: 'By the operator.' },
  'jobs.shared': { ...job, shared_with: id(3), shared_by: id(4) },
  'identity.member_added': { ...member, added_by: id(4) },
  'identity.member_joined': { ...member, added_by: id(4) },
  'identity.role_changed': { ...member, changed_by: id(4) },
  'identity.member_removed': { organization: id(2), user: id(3), removed_by: id(4) },
  'identity.invitation': { ...member, email: 'nina@example.org', invited_by: id(4) },
  'identity.token_expiring': {
    token: id(5),
    user: id(3),
    display_name: 'nightly',
    expire_time: '2026-12-01T09:30:00.123456+00:00',
  },
  'operator.announcement': { announcement: id(7) },
  'files.infected': {
    file: id(5),
    organization: id(2),
    owner: id(3),
    display_name: 'm31.fits',
    signature: 'X',
  },
  'credits.transfer_proposed': transfer,
  'credits.transfer_accepted': transfer,
  'credits.transfer_recommended': transfer,
  'credits.transfer_approved': transfer,
  'credits.transfer_declined': { ...transfer, reason: 'Too early.' },
  'credits.transfer_expired': transfer,
  'credits.balance_low': { organization: id(2), credit_class: 'cpu', balance: '3' },
}

const titles: Readonly<Record<string, string>> = {
  'jobs.completed': '“M 31” completed',
  'jobs.failed': '“M 31” failed',
  'jobs.aborted': '“M 31” was aborted',
  'jobs.held': '“M 31” is held',
  'jobs.shared': 'Bob shared “M 31” with you',
  'identity.member_added': 'You are a member of The Lab now',
  'identity.member_joined': 'Bob joined The Lab',
  'identity.role_changed': 'Your role in The Lab is submitter now',
  'identity.member_removed': 'You are no longer a member of The Lab',
  'identity.invitation': 'You are invited to The Lab',
  'identity.token_expiring': 'API token “nightly” expires on 2026-12-01',
  'operator.announcement': 'Down',
  'files.infected': '“m31.fits” is infected and cannot be fetched',
  'credits.transfer_proposed': 'A transfer of 12.5 cpu credits was proposed',
  'credits.transfer_accepted': 'A transfer of 12.5 cpu credits was accepted',
  'credits.transfer_recommended': 'A transfer of 12.5 cpu credits waits for its decision',
  'credits.transfer_approved': 'A transfer of 12.5 cpu credits was approved',
  'credits.transfer_declined': 'A transfer of 12.5 cpu credits was declined',
  'credits.transfer_expired': 'A transfer of 12.5 cpu credits expired',
  'credits.balance_low': 'The Lab has 3 cpu credits left',
}

const names: Names = {
  organization: () => ({ slug: 'lab', displayName: 'The Lab' }),
  user: () => 'Bob',
  announcement: () => ({ title: 'Down', body: 'On Sunday.', severity: 'WARNING', link: '/shared' }),
}
const nasty = `<img src=x onerror=alert(1)>\r\nBcc: all@example.org\u0000\u202e{{title}} ${'👨‍👩‍👧‍👦'.repeat(2_000)}`
const nastyNames: Names = {
  organization: () => ({ slug: 'lab', displayName: nasty }),
  user: () => nasty,
  announcement: () => ({ title: nasty, body: nasty, severity: 'INFO', link: '' }),
}

/** Paths of the frontend's router. */
const pages = [/^\/o\/lab(\/jobs\/[0-9a-f-]{36}|\/organization)?$/, /^\/account$/, /^\/shared$/]

test('there are facts in this test for every kind, and no key twice', () => {
  const keys = catalogue.map(({ key }) => key)
  expect(keys.toSorted()).toEqual(Object.keys(facts).toSorted())
  expect(new Set(keys).size).toBe(keys.length)
})

test('the queue gets every event that a listed kind is told by, and none of those to come', () => {
  for (const { toldBy, hidden } of catalogue) {
    for (const key of toldBy) {
      const matches = notificationsQueue.patterns.some((each) => matchesPattern(each, `${key}.${id(2)}`))
      expect(matches, key).toBe(!hidden)
    }
  }
})

describe.each(catalogue.map((kind) => [kind.key, kind] as const))('%s', (key, kind) => {
  test('says what happened, where, and links to a page that there is', () => {
    const reading = kind.read(facts[key])
    const { title, body, link } = reading.message(names)
    expect(`${title}\n${body}\n${link}`).not.toMatch(/undefined|null|NaN|\[object/)
    expect(title).not.toBe(kind.displayName)
    if (link !== '') expect(pages.some((page) => page.test(link))).toBe(true)
    expect(reading.audience.length).toBeGreaterThan(0)
    expect(title).toBe(titles[key])
  })

  test('is plain and short enough, whatever names and texts are made of', () => {
    const changed = Object.fromEntries(
      Object.entries(facts[key]!).map(([field, value]) => [
        field,
        ['run_id', 'display_name', 'error_message', 'phase_message', 'reason'].includes(field)
          ? nasty
          : value,
      ]),
    )
    const { title, body } = kind.read(changed).message(nastyNames)
    expect(title.length).toBeLessThanOrEqual(TITLE_MAX_CHARACTERS)
    expect(body.length).toBeLessThanOrEqual(BODY_MAX_CHARACTERS)
    expect(title).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  test.each([undefined, null, 'text', [], {}, { job: 7 }])('does not understand %j', (payload) => {
    expect(() => kind.read(payload)).toThrow(NotUnderstood)
    expect(() => kind.read(payload)).toThrow(key)
  })
})

test.each([
  [
    'by its service when its owner gave it no name',
    'jobs.completed',
    { run_id: ' ' },
    'Cutout job completed',
    '',
  ],
  [
    'as done in part when tasks of it failed',
    'jobs.completed',
    { task_count: 5, tasks_failed: 2 },
    '“M 31” completed in part',
    '2 of 5 tasks failed. The results hold what the others made.',
  ],
  ['as suspended', 'jobs.held', { phase: 'SUSPENDED', phase_message: null }, '“M 31” is suspended', ''],
  [
    'by a name that leaves room for what happened',
    'jobs.failed',
    { run_id: 'a'.repeat(300) },
    /^“a{79}…” failed$/,
    /./,
  ],
])('a job is told %s', (_name, key, more, title, body) => {
  const message = kindOf(key)
    ?.read({ ...facts[key], ...more })
    .message(names)
  expect(message?.title).toMatch(title)
  expect(message?.body).toMatch(body)
})

test('an event is told as one kind, or as several to different people', () => {
  expect(kindsToldBy(`identity.member_added.${id(2)}`).map(({ key }) => key)).toEqual([
    'identity.member_added',
    'identity.member_joined',
  ])
  expect(kindsToldBy(`jobs.suspended.${id(2)}`).map(({ key }) => key)).toEqual(['jobs.held'])
  expect(kindsToldBy('jobs.deleted.x')).toEqual([])
  expect(kindsToldBy('jobs')).toEqual([])
})

test('defaults are those that were agreed on', () => {
  const mailed = listedKinds.filter(({ defaults }) => defaults.mail === 'AT_ONCE').map(({ key }) => key)
  expect(mailed).toEqual([
    'jobs.completed',
    'jobs.failed',
    'jobs.shared',
    'identity.member_added',
    'identity.invitation',
    'identity.token_expiring',
    'operator.announcement',
  ])
  expect(listedKinds.filter(({ defaults }) => !defaults.inApp).map(({ key }) => key)).toEqual([
    'identity.invitation',
  ])
  expect(listedKinds.filter(({ inAppRequired }) => inAppRequired).map(({ key }) => key)).toEqual([
    'operator.announcement',
  ])
})

test('members never learn of a recommendation', () => {
  const audience = kindOf('credits.transfer_recommended')?.read(transfer).audience
  expect(audience).toEqual([{ kind: 'operators', roles: ['DIRECTOR'] }] satisfies Audience[])
})
