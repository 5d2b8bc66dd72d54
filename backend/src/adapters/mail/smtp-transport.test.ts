import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MailAttempt, MailTransport, OutgoingMail } from '../../ports/mail.ts'
import { createMailTransport, parseSender } from './smtp-transport.ts'
import { type Behaviour, MailServer } from './testing/mail-server.ts'

const mail: OutgoingMail = {
  messageId: '<0197@example.org>',
  to: 'alice@example.org',
  subject: 'A job completed',
  text: 'It did.\n',
  html: '<p>It did.</p>',
  headers: { 'Auto-Submitted': 'auto-generated' },
  date: new Date('2026-03-01T12:00:00Z'),
}
const from = 'Fairlead <fairlead@example.org>'
const attempt = (more: Partial<MailAttempt> = {}): MailAttempt => ({
  signal: new AbortController().signal,
  beforeMessage: async () => undefined,
  ...more,
})

let server: MailServer
let transport: MailTransport
const send = (more: Partial<OutgoingMail> = {}) => transport.send({ ...mail, ...more }, attempt())

beforeEach(async () => {
  server = await new MailServer().start()
  transport = createMailTransport({
    url: server.url(),
    from,
    timeouts: { connectMs: 500, silenceMs: 300, mailMs: 1_000 },
  })
})
afterEach(async () => {
  await transport.close()
  await server.stop()
})

describe('the SMTP transport', () => {
  it('sends text and HTML with the given headers, over one connection for several mails', async () => {
    expect(await send()).toMatchObject({ kind: 'SENT', response: expect.stringMatching(/^250/) })
    expect(await send({ messageId: '<0198@example.org>' })).toMatchObject({ kind: 'SENT' })
    const [taken] = server.taken
    expect(taken).toMatchObject({ from: 'fairlead@example.org', to: 'alice@example.org' })
    expect(taken?.mail).toMatchObject({
      subject: 'A job completed',
      messageId: '<0197@example.org>',
      date: '2026-03-01T12:00:00.000Z',
      from: { name: 'Fairlead', address: 'fairlead@example.org' },
      text: expect.stringMatching(/^It did\.\s*$/),
    })
    expect(taken?.raw).toContain('Auto-Submitted: auto-generated\r\n')
    expect(server.connections).toBe(1)
  })

  const behaviours: [Behaviour, string][] = [
    [{ at: 'rcpt', reply: '550 5.1.1 No such user' }, 'REJECTED'],
    [{ at: 'rcpt', reply: '450 4.2.1 Busy' }, 'DEFERRED'],
    [{ at: 'rcpt', reply: '421 4.7.0 Too fast' }, 'DEFERRED'],
    [{ at: 'data', reply: '421 4.3.0 Shutting down' }, 'DEFERRED'],
    [{ at: 'data', reply: '552 5.3.4 Too large' }, 'FAILED'],
    [{ at: 'mail', reply: '550 5.7.1 Not you' }, 'UNREACHABLE'],
    [{ at: 'connect', reply: '554 5.3.2 Not now' }, 'UNREACHABLE'],
    [{ hang: 'connect' }, 'UNREACHABLE'],
    [{ hang: 'rcpt' }, 'UNREACHABLE'],
    [{ hang: 'data' }, 'UNANSWERED'],
    ['lose-answer', 'UNANSWERED'],
    ['cut', 'UNANSWERED'],
  ]
  it.each(behaviours)('meets %j with %s, and the next mail goes out', async (behaviour, kind) => {
    server.behave = () => behaviour
    expect(await send()).toMatchObject({ kind })
    server.behave = () => 'take'
    expect(await send()).toMatchObject({ kind: 'SENT' })
  })

  it('says that a server is unreachable which is not there or does not know the password', async () => {
    const port = server.port
    await server.stop()
    expect(await send()).toMatchObject({
      kind: 'UNREACHABLE',
      response: expect.stringContaining('ECONNREFUSED'),
    })
    await server.start()
    const stranger = createMailTransport({ url: `smtp://alice:wrong@127.0.0.1:${port}?tls=none`, from })
    expect(await stranger.send(mail, attempt())).toMatchObject({ kind: 'UNREACHABLE' })
    await stranger.close()
  })

  it('sends no password where TLS is required and the server has none', async () => {
    const strict = createMailTransport({ url: server.url('?tls=required'), from })
    expect(await strict.send(mail, attempt())).toMatchObject({ kind: 'UNREACHABLE' })
    expect(server.taken).toEqual([])
    await strict.close()
  })

  it('takes a new connection, and not the server for gone, when an idle one was ended', async () => {
    await send()
    await server.stop()
    await server.start()
    expect(await send()).toMatchObject({ kind: 'SENT' })
    expect(server.taken).toHaveLength(2)
  })

  it('hands nothing over when that may not be', async () => {
    const refused = new Error('another worker has it')
    const outcome = transport.send(mail, attempt({ beforeMessage: () => Promise.reject(refused) }))
    await expect(outcome).rejects.toBe(refused)
    expect(await send()).toMatchObject({ kind: 'SENT' })
    expect(server.taken).toHaveLength(1)
  })

  it('stops at once when told to', async () => {
    server.behave = () => ({ hang: 'rcpt' })
    const controller = new AbortController()
    const outcome = transport.send(mail, attempt({ signal: controller.signal }))
    controller.abort(new Error('stop'))
    await expect(outcome).rejects.toThrow('stop')
  })

  it('keeps line breaks in a subject or header from becoming headers', async () => {
    await send({
      subject: 'Hello\r\nBcc: eve@example.org\r\n\r\nbody',
      headers: { 'List-Unsubscribe': '<https://example.org>\r\nBcc: eve@example.org' },
    })
    const [taken] = server.taken
    expect(taken?.mail.subject).toBe('Hello Bcc: eve@example.org body')
    expect(taken?.mail.bcc ?? []).toEqual([])
    expect(taken?.raw).not.toMatch(/^Bcc:/im)
  })

  const bad = [
    '',
    'alice',
    'a@b@c',
    'a b@example.org',
    'a@example.org\r\nRCPT TO:<eve@example.org>',
    '<a@example.org>',
  ]
  it.each(bad)('refuses to send to %j', async (to) => {
    expect(await send({ to })).toMatchObject({ kind: 'REJECTED' })
    expect(server.attempts).toBe(0)
  })

  it('sends to long addresses and to names beyond ASCII, in subject, text and domain', async () => {
    const longOf = (labels: number) =>
      `${'l'.repeat(64)}@${Array.from({ length: labels }, () => 'd'.repeat(62)).join('.')}.org`
    const long = longOf(2)
    expect(await send({ to: long })).toMatchObject({ kind: 'SENT' })
    // Beyond what RFC 5321 lets a path be (section 4.5.3.1.3): the server says so.
    expect(longOf(4)).toHaveLength(320)
    expect(await send({ to: longOf(4) })).toMatchObject({
      kind: 'REJECTED',
      response: expect.stringMatching(/^5\d\d /),
    })
    const subject = 'Größe 銀河 🔭'
    expect(await send({ to: 'alice@bücher.example', subject, text: `${subject}\n` })).toMatchObject({
      kind: 'SENT',
    })
    expect(server.taken[0]?.to).toBe(long)
    expect(server.taken[1]).toMatchObject({
      raw: expect.stringContaining('\r\nTo: alice@xn--bcher-kva.example\r\n'),
      mail: { subject, text: expect.stringContaining(subject) },
    })
  })

  it('takes whoever does not speak SMTP, or never stops, for no mail server', async () => {
    const sockets = new Set<Socket>()
    const web: Server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const url = `smtp://127.0.0.1:${(web.address() as AddressInfo).port}`
    const strange = createMailTransport({ url, from })
    expect(await strange.send(mail, attempt())).toMatchObject({ kind: 'UNREACHABLE' })
    await strange.close()
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => web.close(() => resolve()))
  })
})

describe('a sender', () => {
  it('is an address, with a name or without', () => {
    expect(parseSender('fairlead@example.org')).toEqual({
      address: 'fairlead@example.org',
      domain: 'example.org',
    })
    expect(parseSender(from)).toEqual({ address: 'fairlead@example.org', domain: 'example.org' })
  })

  it.each(['', 'Fairlead', 'a@b>', 'A <a@example.org>\r\nBcc: b@example.org'])('is not %j', (text) => {
    expect(() => parseSender(text)).toThrow('is neither an address')
  })
})
