import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailHttp } from './mail-http.ts'
import { Mailbox } from './mailbox.ts'

let folder: string
let mailbox: Mailbox
let http: Server
let base: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-mail-'))
  mailbox = await Mailbox.open(folder)
  http = createMailHttp(mailbox)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})
afterEach(async () => {
  http.closeAllConnections()
  await new Promise<void>((resolve) => http.close(() => resolve()))
  rmSync(folder, { recursive: true })
})

const keep = (subject: string, more: { html?: string; to?: string; time?: Date } = {}) => {
  const to = more.to ?? 'alice@example.org'
  const message = [
    'From: fairlead@example.org',
    `To: ${to}`,
    `Subject: ${subject}`,
    'Message-ID: <1@example.org>',
    'X-Odd: <i>odd</i>',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    '<b>plain</b>',
    '--b',
    'Content-Type: text/html',
    '',
    more.html ?? '<html><head><title>t</title></head><body>rich</body></html>',
    '--b--',
    '',
  ].join('\r\n')
  return mailbox.keep(Buffer.from(message), [to], more.time)
}
const get = async (path: string) => {
  const answer = await fetch(`${base}${path}`)
  return {
    status: answer.status,
    text: await answer.text(),
    header: (name: string) => answer.headers.get(name),
  }
}
const messages = async (query = '') =>
  (JSON.parse((await get(`/dev/mail/messages.json${query}`)).text) as { messages: Record<string, unknown>[] })
    .messages

describe('the development mails', () => {
  it('are listed with the newest first, for people and for programs', async () => {
    expect((await get('/dev/mail')).text).toContain('No mail yet')
    await keep('One')
    await keep('Two', { to: 'Bob@example.org' })
    const { status, text } = await get('/dev/mail')
    expect(status).toBe(200)
    expect(text.indexOf('Two')).toBeLessThan(text.indexOf('One'))
    expect(await messages()).toMatchObject([
      { subject: 'Two', to: ['Bob@example.org'] },
      {
        subject: 'One',
        to: ['alice@example.org'],
        from: 'fairlead@example.org',
        messageId: '<1@example.org>',
      },
    ])
    expect(await messages('?to=bob@example.org')).toMatchObject([{ subject: 'Two' }])
    expect(await messages('?limit=1')).toHaveLength(1)
    expect(await messages('?limit=x')).toHaveLength(2)
  })

  it('are shown with text, HTML and headers', async () => {
    const { id } = await keep('One')
    const { text } = await get(`/dev/mail/${id}`)
    expect(text).toContain('&lt;b&gt;plain&lt;/b&gt;')
    expect(text).toContain(`src="/dev/mail/${id}/html"`)
    expect(text).toContain('&lt;i&gt;odd&lt;/i&gt;')
    expect((await get(`/dev/mail/${id}/html`)).text).toContain('<head><base target="_blank"><title>t</title>')
  })

  it('run nothing of what is in them', async () => {
    const script = '<script>alert(1)</script>'
    const { id } = await keep(script, {
      html: `${script}<img src=x onerror=alert(1)>`,
      to: 'a"<script>@example.org',
    })
    for (const path of ['/dev/mail', `/dev/mail/${id}`]) {
      const page = await get(path)
      expect(page.text).not.toContain('<script')
      expect(page.header('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'nonce-[^']+'; frame-src 'self';/,
      )
    }
    const html = await get(`/dev/mail/${id}/html`)
    expect(html.header('content-security-policy')).toMatch(
      /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/,
    )
    expect((await get('/dev/mail/messages.json')).header('content-type')).toMatch(/^application\/json/)
    expect((await get('/dev/mail/messages.json')).header('x-content-type-options')).toBe('nosniff')
  })

  it('are the newest 500, also on the disk', async () => {
    for (let index = 0; index < 503; index++) await keep(`Mail ${index}`)
    expect(mailbox.mails).toHaveLength(500)
    expect(mailbox.mails.at(-1)?.mail.subject).toBe('Mail 3')
    expect(readdirSync(folder)).toHaveLength(500)
  })

  it('are there again after a restart', async () => {
    await keep('One', { time: new Date('2026-03-02T10:00:00.000Z') })
    await keep('Two', { time: new Date('2026-03-02T10:00:01.000Z') })
    writeFileSync(join(folder, 'notes.eml'), 'not ours')
    const again = await Mailbox.open(folder)
    expect(again.mails.map(({ mail, to, time }) => [mail.subject, to, time.toISOString()])).toEqual([
      ['Two', ['alice@example.org'], '2026-03-02T10:00:01.000Z'],
      ['One', ['alice@example.org'], '2026-03-02T10:00:00.000Z'],
    ])
  })

  it.each(['/dev/mail/x', '/dev/mail/../../etc/passwd', '/dev/mail/%2e%2e%2fx/html', '/'])(
    'are not at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404)
    },
  )

  it('are read only', async () => {
    expect((await fetch(`${base}/dev/mail`, { method: 'POST' })).status).toBe(405)
  })
})
