import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MailTransport } from '../../../ports/mail.ts'
import { MailFixture } from './testing/mail-fixture.ts'

const MAILS = 12

let fixture: MailFixture
let users: string[]
beforeAll(async () => {
  fixture = await MailFixture.begin()
})
beforeEach(async () => {
  await fixture.reset()
  users = await Promise.all(Array.from({ length: MAILS }, () => fixture.addUser()))
  await fixture.queue(...users.map((user) => fixture.entry(user)))
})
afterAll(() => fixture.end())

describe('every mail is sent once', () => {
  it('when the server was down for an hour, and it was not hammered', async () => {
    let attempts = 0
    const { transport } = fixture
    const counting: MailTransport = {
      send(mail, attempt) {
        attempts += 1
        return transport.send(mail, attempt)
      },
      close: () => transport.close(),
    }
    const sender = fixture.newSender({ transport: counting })
    await fixture.server.stop()
    await sender.settle()
    await fixture.passBySteps(60, sender)
    // Four slots at first, then one probe at a time, at most each time the sender works.
    expect(attempts).toBeLessThanOrEqual(4 + 20)
    expect(new Set((await fixture.mails()).map(({ attemptCount }) => attemptCount))).toEqual(new Set([0]))
    await fixture.server.start()
    await fixture.passBySteps(9, sender)
    expect(await fixture.reckon('server down for an hour')).toMatchObject({
      sent: MAILS,
      missing: 0,
      repeated: 0,
    })
  })

  it.each([
    ['450 4.2.1 the mailbox is busy', 'rcpt'],
    ['451 4.3.0 try again', 'data'],
    ['421 4.3.2 shutting down', 'connect'],
    ['554 5.3.2 no mail now', 'connect'],
    ['530 5.7.0 authentication required', 'mail'],
    ['550 5.7.1 relaying denied', 'rcpt'],
  ] as const)('when the server said %s at %s for an hour', async (reply, at) => {
    fixture.server.behave = () => ({ at, reply })
    await fixture.sender.settle()
    await fixture.passBySteps(60)
    fixture.server.behave = () => 'take'
    await fixture.passBySteps(90)
    expect(await fixture.reckon(`"${reply}" at ${at} for an hour`)).toMatchObject({
      sent: MAILS,
      missing: 0,
      repeated: 0,
    })
  })

  it('when the server hung, at every command in turn', async () => {
    const transport = fixture.newTransport({ connectMs: 150, silenceMs: 150, mailMs: 300 })
    const sender = fixture.newSender({ transport })
    for (const at of ['connect', 'mail', 'rcpt'] as const) {
      fixture.server.behave = () => ({ hang: at })
      await sender.settle()
      await fixture.passBySteps(10, sender)
    }
    fixture.server.behave = () => 'take'
    await fixture.passBySteps(10, sender)
    expect(await fixture.reckon('a server that hangs')).toMatchObject({
      sent: MAILS,
      missing: 0,
      repeated: 0,
    })
  })

  it('when several workers send beside one another', async () => {
    const others = Array.from({ length: 3 }, () => fixture.newSender())
    await Promise.all([fixture.sender, ...others].map((sender) => sender.settle()))
    await fixture.sender.settle()
    expect(await fixture.reckon('four workers')).toMatchObject({ sent: MAILS, missing: 0, repeated: 0 })
  })
})

describe('every mail is sent once, or twice where an answer was lost', () => {
  it('when the server took mails for an hour and ended the connections instead of answering', async () => {
    fixture.server.behave = () => 'lose-answer'
    await fixture.sender.settle()
    await fixture.passBySteps(60)
    fixture.server.behave = () => 'take'
    await fixture.passBySteps(150)
    const reckoning = await fixture.reckon('answers lost for an hour')
    expect(reckoning).toMatchObject({ sent: MAILS, missing: 0 })
    expect(reckoning.repeated).toBeGreaterThan(0)
    expect(reckoning.most).toBe(2)
  })

  it.each(['cut', { hang: 'data' }] as const)(
    'when the server took nothing for an hour and did %j',
    async (behaviour) => {
      const transport = fixture.newTransport({ silenceMs: 200 })
      const sender = fixture.newSender({ transport })
      fixture.server.behave = () => behaviour
      await sender.settle()
      await fixture.passBySteps(60, sender)
      fixture.server.behave = () => 'take'
      await fixture.passBySteps(150, sender)
      const reckoning = await fixture.reckon(`${JSON.stringify(behaviour)} during the message for an hour`)
      expect(reckoning).toMatchObject({ sent: MAILS, missing: 0, repeated: 0 })
    },
  )

  it('when workers died between sending and recording', async () => {
    // What a worker that is killed leaves: the server has the mail, and nobody writes that down.
    const { transport } = fixture
    const dying: MailTransport = {
      async send(mail, attempt) {
        await transport.send(mail, attempt)
        throw new Error('the worker is gone')
      },
      close: () => transport.close(),
    }
    for (let worker = 0; worker < 3; worker++) {
      const sender = fixture.newSender({ transport: dying })
      await expect(sender.settle()).rejects.toThrow('the worker is gone')
    }
    await fixture.sender.settle()
    const before = fixture.server.taken.length
    expect(before).toBe(MAILS)
    await fixture.passBySteps(10)
    const reckoning = await fixture.reckon('workers killed after sending')
    expect(reckoning).toMatchObject({ sent: MAILS, missing: 0, most: 2 })
    expect(reckoning.repeated).toBe(fixture.server.taken.length - MAILS)
    expect(new Set(await fixture.states())).toEqual(new Set(['SENT']))
  })

  it('when worker processes were killed while the server had a mail and had not answered', {
    timeout: 60_000,
  }, async () => {
    const entry = new URL('./testing/sender-process.ts', import.meta.url).pathname
    // Each takes two mails with it that went well, and up to four that were under way.
    const kills = 2
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', entry, fixture.database.url, fixture.server.url()],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      )
      const taken = fixture.server.taken.length
      fixture.server.behave = () => {
        if (fixture.server.taken.length < taken + 2) return 'take'
        child.kill('SIGKILL')
        return 'lose-answer'
      }
      await once(child, 'exit')
    }
    fixture.server.behave = () => 'take'
    // The processes had the clock of this machine, and so have their leases.
    fixture.now = new Date()
    await fixture.passBySteps(9)
    const reckoning = await fixture.reckon(`${kills} worker processes killed`)
    expect(reckoning).toMatchObject({ sent: MAILS, missing: 0 })
    expect(reckoning.most).toBeLessThanOrEqual(2)
    expect(new Set(await fixture.states())).toEqual(new Set(['SENT']))
  })

  it('when workers died before anything went out', async () => {
    const dying: MailTransport = {
      send: () => Promise.reject(new Error('the worker is gone')),
      close: async () => undefined,
    }
    for (let worker = 0; worker < 5; worker++) {
      await expect(fixture.newSender({ transport: dying }).settle()).rejects.toThrow('the worker is gone')
      fixture.pass(10)
    }
    await fixture.sender.settle()
    expect(await fixture.reckon('workers killed before sending')).toMatchObject({
      sent: MAILS,
      missing: 0,
      repeated: 0,
    })
  })
})

describe('a mail that cannot be sent has an end that the operator sees', () => {
  it('is REJECTED where the mailbox does not exist, and the others go out', async () => {
    const refused = new Set(users.slice(0, 5).map((user) => `${user}@example.org`))
    fixture.server.behave = (to) =>
      refused.has(to) ? { at: 'rcpt', reply: '550 5.1.1 no such user' } : 'take'
    await fixture.sender.settle()
    const reckoning = await fixture.reckon('5 of them to mailboxes that do not exist')
    expect(reckoning).toMatchObject({ sent: MAILS - 5, missing: 5, repeated: 0 })
    const states = await fixture.states()
    expect(states.filter((state) => state === 'REJECTED')).toHaveLength(5)
  })

  it('is FAILED after three days of "try again"', async () => {
    fixture.server.behave = (to) =>
      to === `${users[0]}@example.org` ? { at: 'rcpt', reply: '450 4.2.1 busy' } : 'take'
    const begin = fixture.now
    const mail = async () =>
      (await fixture.mails()).find(({ recipient }) => recipient === `${users[0]}@example.org`)
    for (let next: Date | undefined = begin; next !== undefined; next = (await mail())?.nextAttemptTime) {
      fixture.now = next
      await fixture.sender.settle()
    }
    expect(await mail()).toMatchObject({ state: 'FAILED', attemptCount: 20, lastResponse: '450 4.2.1 busy' })
    const days = (fixture.now.getTime() - begin.getTime()) / 86_400_000
    expect(days).toBeGreaterThan(2.5)
    expect(days).toBeLessThan(4)
  })
})
