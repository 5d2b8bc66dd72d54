import { describe, expect, test } from 'vitest'
import { matchesPattern } from '../../../ports/bus.ts'
import { notificationsQueue } from '../consumer/inbox-consumer.ts'
import { catalogue, kindOf, kindsToldBy } from './catalogue.ts'
import { type Audience, type Names, NotUnderstood } from './event-kind.ts'
import { BODY_MAX_CHARACTERS, TITLE_MAX_CHARACTERS } from './plain-text.ts'

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`
const job = { job: id(1), organization: id(2), owner: id(3), service: 'cutout', run_id: 'M 31' }
const member = { organization: id(2), user: id(3), role: 'SUBMITTER' }
const transfer = {
  transfer: id(5),
  seller: id(2),
  buyer: id(6),
  proposer: id(2),
  credit_class: 'cpu',
  amount: '12.5',
}
const change = { organization: id(2), credit_class: 'cpu', class_name: 'CPU 2026', amount: '1000' }

const file = { file: id(5), organization: id(2), owner: id(3), display_name: 'm31.fits', version: 1 }

const algorithm = {
  algorithm: id(5),
  organization: id(2),
  slug: 'measure',
  version: 2,
  display_name: 'Measure',
  registrant: id(3),
}

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
  'files.released': file,
  'files.rejected': { ...file, failure: 'It is damaged. Pack it again.' },
  'files.infected': { ...file, signature: 'X' },
  'files.shared': { ...file, shared_with: id(4), shared_by: id(3) },
  'files.scanner_away': { since: '2026-11-22T09:30:00Z', failure: 'It is not reached.' },
  'workflows.algorithm_registered': algorithm,
  'workflows.algorithm_reviewed': {
    ...algorithm,
    decision: 'REJECTED',
    comment: 'It asks for too much.',
    reviewer: id(4),
  },
  'credits.transfer_proposed': transfer,
  'credits.transfer_accepted': transfer,
  'credits.transfer_refused': { ...transfer, reason: 'Too dear.' },
  'credits.transfer_rescinded': transfer,
  'credits.transfer_awaits_decision': transfer,
  'credits.transfer_approved': { ...transfer, effective_date: '2027-01-01' },
  'credits.transfer_recorded': transfer,
  'credits.transfer_declined': { ...transfer, reason: 'Too early.' },
  'credits.transfer_expired': transfer,
  'credits.credits_issued': { ...change, reason: 'Call 12.' },
  'credits.credits_taken': change,
  'credits.balance_low': { organization: id(2), credit_class: 'cpu', balance: '3', low_balance: '10' },
  'credits.booking_submitted': { booking: id(8), display_name: 'Issue of 2026', by: id(4) },
  'credits.booking_decided': {
    booking: id(8),
    operator: id(2),
    display_name: 'Issue of 2026',
    creator: id(3),
    booked: false,
    reason: 'One class is wrong.',
    by: id(4),
  },
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
  'files.released': '“m31.fits” can be fetched now',
  'files.rejected': '“m31.fits” was rejected, and its content was deleted',
  'files.infected': '“m31.fits” is infected and cannot be fetched',
  'files.shared': 'Bob shared “m31.fits” with you',
  'files.scanner_away': 'Files wait: the scanner has been away since 09:30 UTC',
  'workflows.algorithm_registered': '“Measure”, version 2, waits for a decision',
  'workflows.algorithm_reviewed': '“Measure”, version 2, was rejected',
  'credits.transfer_proposed': 'A transfer of 12.5 credits of cpu was proposed',
  'credits.transfer_accepted': 'A transfer of 12.5 credits of cpu was accepted',
  'credits.transfer_refused': 'A transfer of 12.5 credits of cpu was refused',
  'credits.transfer_rescinded': 'A transfer of 12.5 credits of cpu was taken back',
  'credits.transfer_awaits_decision': 'A transfer of 12.5 credits of cpu waits for its decision',
  'credits.transfer_approved': 'A transfer of 12.5 credits of cpu was approved',
  'credits.transfer_recorded': 'A transfer of 12.5 credits of cpu was recorded',
  'credits.transfer_declined': 'A transfer of 12.5 credits of cpu was declined',
  'credits.transfer_expired': 'A transfer of 12.5 credits of cpu expired',
  'credits.credits_issued': 'The Lab was given 1000 credits of CPU 2026',
  'credits.credits_taken': 'The Lab had to give back 1000 credits of CPU 2026',
  'credits.balance_low': 'The Lab has 3 credits of cpu left',
  'credits.booking_submitted': 'The booking “Issue of 2026” waits for its approval',
  'credits.booking_decided': 'The booking “Issue of 2026” was declined',
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
const pages = [
  /^\/o\/lab(\/(jobs|transfers|files)\/[0-9a-f-]{36}|\/organization|\/credits(\/statement)?)?$/,
  /^\/credits\/(reviews|bookings)\/[0-9a-f-]{36}$/,
  /^\/o\/lab\/algorithms\/[a-z0-9-]+\?version=[1-9][0-9]*$/,
  /^\/operator\/(quarantine|workflows)$/,
  /^\/account$/,
  /^\/shared$/,
]

test('there are facts in this test for every kind, and no key twice', () => {
  const keys = catalogue.map(({ key }) => key)
  expect(keys.toSorted()).toEqual(Object.keys(facts).toSorted())
  expect(new Set(keys).size).toBe(keys.length)
})

test('the queue gets every event that a kind is told by', () => {
  for (const { toldBy } of catalogue) {
    for (const key of toldBy) {
      const matches = notificationsQueue.patterns.some((each) => matchesPattern(each, `${key}.${id(2)}`))
      expect(matches, key).toBe(true)
    }
  }
})

describe.each(catalogue.map((kind) => [kind.key, kind] as const))('%s', (key, kind) => {
  test('says what happened, where, and links to a page that there is', () => {
    const reading = kind.read(facts[key])
    expect(reading.audience.length).toBeGreaterThan(0)
    for (const audience of reading.audience) {
      const { title, body, link } = reading.message(names, audience)
      expect(`${title}\n${body}\n${link}`).not.toMatch(/undefined|null|NaN|\[object/)
      expect(title).not.toBe(kind.displayName)
      if (link !== '') expect(pages.some((page) => page.test(link))).toBe(true)
      expect(title).toBe(titles[key])
    }
  })

  test('is plain and short enough, whatever names and texts are made of', () => {
    const changed = Object.fromEntries(
      Object.entries(facts[key]!).map(([field, value]) => [
        field,
        [
          'run_id',
          'display_name',
          'error_message',
          'phase_message',
          'reason',
          'class_name',
          'failure',
          'signature',
          'comment',
        ].includes(field)
          ? nasty
          : value,
      ]),
    )
    const reading = kind.read(changed)
    const { title, body } = reading.message(nastyNames, reading.audience[0]!)
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
  const reading = kindOf(key)?.read({ ...facts[key], ...more })
  const message = reading?.message(names, reading.audience[0]!)
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
  const mailed = catalogue.filter(({ defaults }) => defaults.mail === 'AT_ONCE').map(({ key }) => key)
  expect(mailed).toEqual([
    'jobs.completed',
    'jobs.failed',
    'jobs.shared',
    'identity.member_added',
    'identity.invitation',
    'identity.token_expiring',
    'credits.transfer_proposed',
    'credits.transfer_awaits_decision',
    'credits.transfer_recorded',
    'credits.transfer_declined',
    'credits.credits_taken',
    'credits.balance_low',
    'credits.booking_submitted',
    'files.infected',
    'files.scanner_away',
    'operator.announcement',
  ])
  expect(catalogue.filter(({ defaults }) => !defaults.inApp).map(({ key }) => key)).toEqual([
    'identity.invitation',
    'files.released',
  ])
  expect(catalogue.filter(({ inAppRequired }) => inAppRequired).map(({ key }) => key)).toEqual([
    'operator.announcement',
  ])
})

test('an infected file is told to its owner, to administrators, and to the operator', () => {
  const reading = kindOf('files.infected')?.read(facts['files.infected'])
  expect(reading?.audience).toEqual([
    { kind: 'member', userId: id(3), organizationId: id(2) },
    { kind: 'roles', organizationId: id(2), roles: ['ADMINISTRATOR'], except: id(3) },
    { kind: 'operators', roles: ['ANALYST', 'ADMINISTRATOR'] },
  ] satisfies Audience[])
  expect(reading?.audience.map((audience) => reading.message(names, audience))).toMatchObject([
    { link: `/o/lab/files/${id(5)}`, body: 'The scanner found X. Its content was deleted.' },
    { link: `/o/lab/files/${id(5)}` },
    {
      link: '/operator/quarantine',
      body: 'It is a file of The Lab.\nThe scanner found X. Its content was deleted.',
    },
  ])
})

test('members never learn of a recommendation', () => {
  const kinds = kindsToldBy(`credits.transfer_recommended.${id(2)}`)
  expect(kinds.map((kind) => kind.read(transfer).audience)).toEqual([
    [{ kind: 'operators', roles: ['DIRECTOR'] }],
  ] satisfies Audience[][])
  // Nor do the kinds that anybody may list tell of them.
  expect(
    JSON.stringify(catalogue.map(({ key, displayName, description }) => [key, displayName, description])),
  ).not.toMatch(/recommend/i)
})

describe('a transfer', () => {
  const keepers = (organizationId: string): Audience => ({
    kind: 'roles',
    organizationId,
    roles: ['TREASURER', 'ADMINISTRATOR'],
    except: undefined,
  })
  const [seller, buyer] = [keepers(id(2)), keepers(id(6))]
  const analysts: Audience = { kind: 'operators', roles: ['ANALYST'] }

  test.each([
    ['credits.transfer_proposed', id(2), [buyer]],
    ['credits.transfer_proposed', id(6), [seller]],
    ['credits.transfer_accepted', id(2), [seller, analysts]],
    ['credits.transfer_accepted', id(6), [buyer, analysts]],
    ['credits.transfer_refused', id(6), [buyer]],
    ['credits.transfer_rescinded', id(6), [seller, buyer]],
    ['credits.transfer_recorded', id(2), [seller, buyer]],
  ])('%s by %s is told to who may act or must know', (key, proposer, audience) => {
    expect(kindOf(key)?.read({ ...transfer, proposer }).audience).toEqual(audience)
  })

  test('of neither side is not understood', () => {
    expect(() => kindOf('credits.transfer_proposed')?.read({ ...transfer, proposer: id(9) })).toThrow(
      'proposer: is neither the seller nor the buyer',
    )
  })

  test('is found by each side at home, and by the operator at the desk', () => {
    const reading = kindOf('credits.transfer_recorded')!.read(transfer)
    const at: Names = {
      ...names,
      organization: (asked) => ({ slug: asked === id(2) ? 'lab' : 'institute', displayName: 'X' }),
    }
    const told = [seller, buyer, analysts].map((audience) => ({
      link: reading.message(at, audience).link,
      organization: reading.organizationFor(audience),
    }))
    expect(told).toEqual([
      { link: `/o/lab/transfers/${id(5)}`, organization: id(2) },
      { link: `/o/institute/transfers/${id(5)}`, organization: id(6) },
      { link: `/credits/reviews/${id(5)}`, organization: id(2) },
    ])
    expect(reading.organizations).toEqual([id(2), id(6)])
  })
})
