import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mailPreferences } from '../preferences/mail-preferences.ts'
import { mailAddressOf, retryMailAddress } from './mail-address.ts'
import { mailFigures, retryMail } from './mail-records.ts'
import { reweighMail } from './queue-mail.ts'
import { MailFixture } from './testing/mail-fixture.ts'

const at = (time: string) => new Date(`2026-03-02T${time}:00Z`)

let fixture: MailFixture
beforeAll(async () => {
  fixture = await MailFixture.begin()
})
beforeEach(() => fixture.reset())
afterAll(() => fixture.end())

const subjects = () => fixture.server.taken.map(({ mail }) => mail.subject)
const query = (sql: string, values: unknown[] = []) => fixture.database.dataSource.query(sql, values)
const turnOff = (user: string, eventType: string) =>
  fixture.database.dataSource.transaction((manager) => mailPreferences.turnOffMail(manager, user, eventType))

describe('one notification', () => {
  it('is a mail of its own to the verified address, with what mail programs and people need', async () => {
    const user = await fixture.addUser({ email: 'alice@example.org' })
    await fixture.queue(
      fixture.entry(user, { title: 'Cutout 17 has completed', body: 'Two results.\nOne log.' }),
    )
    await fixture.sender.settle()
    const [taken, ...more] = fixture.server.taken
    expect(more).toEqual([])
    expect(taken?.to).toBe('alice@example.org')
    expect(taken?.mail).toMatchObject({ subject: 'Cutout 17 has completed', date: fixture.now.toISOString() })
    expect(taken?.mail.text).toContain('https://fairlead.example.org/o/survey-institute/jobs/0197')
    expect(taken?.mail.html).toContain('href="https://fairlead.example.org/o/survey-institute/jobs/0197"')
    const header = (key: string) => taken?.mail.headers.find((one) => one.key === key)?.value
    expect(header('auto-submitted')).toBe('auto-generated')
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    expect(header('list-unsubscribe')).toMatch(
      /^<https:\/\/fairlead\.example\.org\/mail\/unsubscribe\?token=[\w-]+>$/,
    )
    expect(await fixture.mails()).toMatchObject([
      {
        state: 'SENT',
        recipient: 'alice@example.org',
        entryCount: 1,
        attemptCount: 1,
        sendTime: fixture.now,
      },
    ])
  })

  it('is mailed once, however often its event is handled', async () => {
    const entry = fixture.entry(await fixture.addUser())
    await fixture.queue(entry, entry)
    await fixture.sender.settle()
    await fixture.queue(entry)
    await fixture.sender.settle()
    expect(fixture.server.taken).toHaveLength(1)
  })

  it('waits for its time', async () => {
    const user = await fixture.addUser()
    await fixture.queue(fixture.entry(user, { dueTime: at('11:00'), delivery: 'HOURLY' }))
    fixture.now = at('10:59')
    await fixture.sender.settle()
    expect(fixture.server.taken).toEqual([])
    fixture.now = at('11:00')
    await fixture.sender.settle()
    expect(fixture.server.taken).toHaveLength(1)
  })

  it('reaches the mail server as plain text, whatever it says', async () => {
    const user = await fixture.addUser()
    const title =
      'Bad\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script> \u202egpj.exe Größe 🔭\u0000\ud800'
    await fixture.queue(
      fixture.entry(user, { title, body: '<img src=x onerror=alert(1)>\n"&\'', link: 'javascript:alert(1)' }),
    )
    await fixture.sender.settle()
    const [taken] = fixture.server.taken
    expect(taken?.mail.subject).toBe(
      'Bad Bcc: eve@example.org <script>alert(1)</script> gpj.exe Größe 🔭\ufffd',
    )
    expect(taken?.mail.bcc ?? []).toEqual([])
    expect(taken?.mail.html).not.toMatch(/<script|<img|javascript:/i)
    expect(taken?.mail.html).toContain('&lt;img src=x onerror=alert(1)&gt;<br>\n&quot;&amp;&#39;')
    expect(taken?.mail.text).not.toContain('javascript:')
  })
})

describe('several notifications that are due together', () => {
  it('are one mail, a digest of them in their order', async () => {
    const user = await fixture.addUser()
    await fixture.queue(
      fixture.entry(user, { title: 'Second', createTime: at('09:30') }),
      fixture.entry(user, { title: 'First', createTime: at('09:00') }),
      fixture.entry(user, { title: 'Later', dueTime: at('12:00') }),
    )
    await fixture.sender.settle()
    expect(subjects()).toEqual(['2 notifications: First'])
    expect(fixture.server.taken[0]?.mail.text).toMatch(/First[\s\S]*Second/)
    expect(fixture.server.taken[0]?.mail.text).not.toContain('Later')
    expect(await fixture.mails()).toMatchObject([{ entryCount: 2 }])
  })

  it('name the latest 50 of them, and how many there are', async () => {
    const user = await fixture.addUser()
    const entries = Array.from({ length: 120 }, (_, index) =>
      fixture.entry(user, {
        title: `Job ${index}.`,
        createTime: new Date(at('08:00').getTime() + index * 1000),
      }),
    )
    await fixture.queue(...entries)
    await fixture.sender.settle()
    const text = fixture.server.taken[0]?.mail.text ?? ''
    expect(subjects()).toEqual(['120 notifications: Job 70.'])
    expect(text).toContain('Job 119.')
    expect(text).not.toContain('Job 69.')
    expect(text).toContain('And 70 more in your inbox')
  })

  it('are a mail for each user', async () => {
    const users = await Promise.all([fixture.addUser(), fixture.addUser()])
    await fixture.queue(...users.map((user) => fixture.entry(user)))
    await fixture.sender.settle()
    expect(new Set(fixture.server.taken.map(({ to }) => to)).size).toBe(2)
  })
})

describe('quiet hours', () => {
  it('hold what was due before them and did not go out in time', async () => {
    const user = await fixture.addUser()
    await query(
      `insert into notification_settings (user_id, quiet_enabled, quiet_start_minute, quiet_end_minute, time_zone)
       values ($1, true, 22 * 60, 7 * 60, 'Europe/Berlin')`,
      [user],
    )
    await fixture.queue(fixture.entry(user, { dueTime: at('20:00') }))
    fixture.now = at('21:30')
    await fixture.sender.settle()
    fixture.now = new Date('2026-03-03T05:59:00Z')
    await fixture.sender.settle()
    expect(fixture.server.taken).toEqual([])
    fixture.now = new Date('2026-03-03T06:00:00Z')
    await fixture.sender.settle()
    expect(fixture.server.taken).toHaveLength(1)
  })
})

describe('the limit of mails to one address', () => {
  it('puts what is above it into one digest at the next full hour', async () => {
    const user = await fixture.addUser()
    const sender = fixture.newSender({ hourlyLimit: 3 })
    for (let minute = 0; minute < 10; minute++) {
      await fixture.queue(fixture.entry(user, { title: `Job ${minute}` }))
      await sender.settle()
      fixture.pass(1)
    }
    expect(subjects()).toEqual(['Job 0', 'Job 1', 'Job 2'])
    fixture.now = at('11:00')
    await sender.settle()
    expect(subjects().slice(3)).toEqual(['7 notifications: Job 3'])
    expect((await fixture.mails()).reduce((sum, { entryCount }) => sum + entryCount, 0)).toBe(10)
  })

  it('counts invitations, whoever sends them', async () => {
    const invited = await fixture.addUser({ email: 'guest@example.org', invited: true })
    const sender = fixture.newSender({ hourlyLimit: 2 })
    for (let count = 0; count < 5; count++) {
      await fixture.queue(
        fixture.entry(invited, { eventType: 'identity.invitation', title: `Invitation ${count}` }),
      )
      await sender.settle()
    }
    expect(fixture.server.taken).toHaveLength(2)
  })
})

describe('what changed between queueing and sending is minded', () => {
  const dropped = [{ state: 'DROPPED', attemptCount: 0, nextAttemptTime: undefined }]

  it('where mail of that kind was turned off', async () => {
    const user = await fixture.addUser()
    await fixture.queue(
      fixture.entry(user),
      fixture.entry(user, { eventType: 'jobs.failed', title: 'It failed' }),
    )
    await turnOff(user, 'jobs.completed')
    await fixture.sender.settle()
    expect(subjects()).toEqual(['It failed'])
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    expect(await fixture.mails()).toMatchObject([...dropped, { state: 'SENT', entryCount: 1 }])
  })

  it('where the recipient left the organisation', async () => {
    const user = await fixture.addUser()
    const organizations = [await fixture.addOrganization(), await fixture.addOrganization()]
    await fixture.addMember(organizations[0] ?? '', user)
    await fixture.queue(
      ...organizations.map((memberOf, index) => fixture.entry(user, { memberOf, title: `Of ${index}` })),
    )
    await fixture.sender.settle()
    expect(subjects()).toEqual(['Of 0'])
  })

  it.each([
    ['has no address', { email: null }],
    ['has an address that is not verified', { verified: false }],
    ['was invited and is told of something else', { email: 'guest@example.org', invited: true }],
  ])('where the recipient %s', async (_, options) => {
    const user = await fixture.addUser(options)
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    expect(await fixture.mails()).toMatchObject(dropped)
    expect(fixture.server.attempts).toBe(0)
  })

  it('where the recipient is gone', async () => {
    const user = await fixture.addUser()
    await fixture.queue(fixture.entry(user))
    await query('delete from users where id = $1', [user])
    await fixture.sender.settle()
    expect(await fixture.mails()).toMatchObject(dropped)
  })

  it('where the recipient has another address', async () => {
    const user = await fixture.addUser({ email: 'old@example.org' })
    await fixture.queue(fixture.entry(user))
    fixture.server.behave = () => ({ at: 'rcpt', reply: '450 4.2.1 busy' })
    await fixture.sender.settle()
    await query(`update users set email = 'new@example.org' where id = $1`, [user])
    fixture.server.behave = () => 'take'
    await fixture.passBySteps(3)
    expect(fixture.server.taken.map(({ to }) => to)).toEqual(['new@example.org'])
    expect(await fixture.mails()).toMatchObject([{ recipient: 'new@example.org', attemptCount: 2 }])
  })

  it('where preferences were weighed again', async () => {
    const user = await fixture.addUser()
    await fixture.queue(
      fixture.entry(user, { title: 'Off', eventType: 'jobs.held' }),
      fixture.entry(user, { title: 'Daily' }),
    )
    await fixture.database.dataSource.transaction((manager) =>
      reweighMail(manager, user, ({ eventType }) =>
        eventType === 'jobs.held' ? undefined : { delivery: 'DAILY', dueTime: at('18:00') },
      ),
    )
    await fixture.sender.settle()
    expect(await fixture.mails()).toEqual([])
    fixture.now = at('18:00')
    await fixture.sender.settle()
    expect(subjects()).toEqual(['Daily'])
  })
})

describe('an invitation', () => {
  it('goes to the invited address, apart from other mail and without preferences', async () => {
    const invited = await fixture.addUser({ email: 'guest@example.org', invited: true })
    await fixture.queue(
      fixture.entry(invited, { eventType: 'identity.invitation', title: 'You are invited', link: '/' }),
    )
    await fixture.sender.settle()
    expect(fixture.server.taken).toMatchObject([
      { to: 'guest@example.org', mail: { subject: 'You are invited' } },
    ])
    expect(fixture.server.taken[0]?.mail.text).not.toContain('/notifications/preferences')
  })
})

describe('an announcement', () => {
  it('to many goes behind what is about a recipient’s own things', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, () => fixture.addUser()))
    const owner = await fixture.addUser()
    await fixture.queue(
      ...users.map((user) =>
        fixture.entry(user, { eventType: 'operator.announcement', title: 'All', dueTime: at('09:00') }),
      ),
      fixture.entry(owner, { title: 'Own' }),
    )
    await fixture.sender.settle()
    // Four mails are under way at a time.
    expect(subjects().slice(0, 4)).toContain('Own')
    expect(subjects()).toHaveLength(13)
  })
})

describe('an address that takes no mail', () => {
  let user: string
  beforeEach(async () => {
    user = await fixture.addUser({ email: 'alice@example.org' })
    fixture.server.behave = () => ({ at: 'rcpt', reply: '550 5.1.1 no such user' })
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    fixture.server.behave = () => 'take'
  })
  const state = () => mailAddressOf(fixture.database.dataSource, user, true)

  it('gets nothing more, and its user is told why', async () => {
    expect(await state()).toEqual({
      address: 'alice@example.org',
      state: 'REJECTED',
      reason: '550 5.1.1 no such user',
      rejectTime: fixture.now,
    })
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    expect(await fixture.states()).toEqual(['DROPPED', 'REJECTED'])
    expect(fixture.server.attempts).toBe(1)
  })

  it('gets mail again when the user says so', async () => {
    await retryMailAddress(fixture.database.dataSource, user)
    expect(await state()).toMatchObject({ state: 'USED' })
    await fixture.queue(fixture.entry(user))
    await fixture.sender.settle()
    expect(await fixture.states()).toEqual(['SENT', 'REJECTED'])
  })

  it('is left behind by another address', async () => {
    await query(`update users set email = 'alice@example.com' where id = $1`, [user])
    expect(await state()).toMatchObject({ state: 'USED', address: 'alice@example.com' })
  })

  it('gets the very mail when the operator retries it', async () => {
    const [mail] = await fixture.mails()
    expect(await retryMail(fixture.database.dataSource, mail?.id ?? '', fixture.now)).toMatchObject({
      state: 'WAITING',
      attemptCount: 0,
    })
    await fixture.sender.settle()
    expect(await fixture.states()).toEqual(['SENT'])
    await expect(retryMail(fixture.database.dataSource, mail?.id ?? '')).rejects.toMatchObject({
      reason: 'MAIL_NOT_RETRYABLE',
    })
  })

  it.each([
    [{ email: null }, 'UNAVAILABLE'],
    [{ verified: false }, 'UNVERIFIED'],
    [{}, 'USED'],
  ] as const)('is not that of %j: %s', async (options, expected) => {
    const other = await fixture.addUser(options)
    expect(await mailAddressOf(fixture.database.dataSource, other, true)).toMatchObject({ state: expected })
    expect(await mailAddressOf(fixture.database.dataSource, other, false)).toMatchObject({
      state: 'UNAVAILABLE',
    })
  })
})

describe('what is kept', () => {
  it('is no text once a mail was sent, and nothing after 90 days', async () => {
    await fixture.queue(fixture.entry(await fixture.addUser(), { body: 'Text' }))
    await fixture.sender.settle()
    expect(await query('select title, body from mail_entries')).toEqual([{ title: '', body: '' }])
    fixture.pass(89 * 24 * 60)
    await fixture.sender.settle()
    expect(await fixture.mails()).toHaveLength(1)
    fixture.pass(2 * 24 * 60)
    await fixture.sender.settle()
    expect(await fixture.mails()).toEqual([])
    expect(await query('select 1 from mail_entries')).toEqual([])
  })

  it('is the text of a mail that failed for a week, in which it may be retried', async () => {
    fixture.server.behave = () => ({ at: 'data', reply: '554 5.6.0 malformed' })
    await fixture.queue(fixture.entry(await fixture.addUser()))
    await fixture.sender.settle()
    const [mail] = await fixture.mails()
    expect(mail).toMatchObject({ state: 'FAILED', lastResponse: '554 5.6.0 malformed' })
    fixture.pass(8 * 24 * 60)
    await fixture.sender.settle()
    await expect(retryMail(fixture.database.dataSource, mail?.id ?? '')).rejects.toMatchObject({
      reason: 'MAIL_NOT_RETRYABLE',
    })
  })
})

describe('the operator', () => {
  const figures = () => mailFigures(fixture.database.dataSource, fixture.now)

  it('sees what waits, what was sent, and why nothing is', async () => {
    expect(await figures()).toEqual({
      waiting: 0,
      oldestTime: undefined,
      sent: 0,
      rejected: 0,
      failed: 0,
      problem: '',
    })
    await fixture.server.stop()
    await fixture.queue(fixture.entry(await fixture.addUser()))
    await fixture.sender.settle()
    expect(await figures()).toMatchObject({
      waiting: 1,
      oldestTime: fixture.now,
      problem: expect.stringContaining('ECONNREFUSED'),
    })
    await fixture.server.start()
    await fixture.passBySteps(6)
    expect(await figures()).toMatchObject({ waiting: 0, sent: 1, problem: '' })
    fixture.pass(25 * 60)
    expect(await figures()).toMatchObject({ sent: 0 })
  })
})

describe('the sender that runs', () => {
  it('sends as soon as mail is queued, and stops with what is under way', async () => {
    const sender = fixture.newSender({ clock: () => new Date(), pollMs: 3_600_000 })
    await sender.start()
    const arrived = new Promise<void>((resolve) => {
      fixture.server.behave = () => {
        resolve()
        return 'take'
      }
    })
    await fixture.queue(fixture.entry(await fixture.addUser(), { dueTime: new Date() }))
    await arrived
    expect(sender.healthy()).toBe(true)
    await sender.stop()
    expect(await fixture.states()).toEqual(['SENT'])
  })
})
