import { describe, expect, it } from 'vitest'
import { type MailContent, type MailContentEntry, renderMail } from './mail-template.ts'

const entry: MailContentEntry = {
  title: 'The job has completed',
  body: '',
  severity: 'SUCCESS',
  link: '/o/survey-institute/jobs/0197',
  createTime: new Date('2026-03-02T10:00:00Z'),
}
const render = (entries: readonly Partial<MailContentEntry>[], more: Partial<MailContent> = {}) =>
  renderMail({
    entries: entries.map((one) => ({ ...entry, ...one })),
    entryCount: entries.length,
    publicUrl: 'https://fairlead.example.org',
    unsubscribe: {
      pageUrl: 'https://fairlead.example.org/unsubscribe?token=abc',
      displayName: 'A job completed',
    },
    invitation: false,
    ...more,
  })
const links = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)

describe('a mail', () => {
  it('says the same in text and HTML, with the ways to change and to end it', () => {
    const { subject, text, html } = render([{ body: 'Three results.' }])
    expect(subject).toBe('The job has completed')
    expect(text).toBe(
      [
        'The job has completed',
        '',
        'Three results.',
        '',
        'https://fairlead.example.org/o/survey-institute/jobs/0197',
        '',
        '-- ',
        'You get this mail because of your notification preferences for “A job completed”.',
        'Notification preferences: https://fairlead.example.org/notifications/preferences',
        'Unsubscribe from mail of this kind: https://fairlead.example.org/unsubscribe?token=abc',
        '',
      ].join('\n'),
    )
    expect(html).toContain('Three results.')
    expect(links(html)).toEqual([
      'https://fairlead.example.org/o/survey-institute/jobs/0197',
      'https://fairlead.example.org/notifications/preferences',
      'https://fairlead.example.org/unsubscribe?token=abc',
    ])
  })

  it('loads nothing from anywhere', () => {
    expect(render([{}, {}]).html).not.toMatch(/<(img|link|script|iframe|object)|url\(|@import|src=/i)
  })

  it.each([
    ['https://example.org/a?b=1&c="2"', 'https://example.org/a?b=1&amp;c=%222%22'],
    ['/o/a/jobs/1', 'https://fairlead.example.org/o/a/jobs/1'],
    ['', undefined],
    ['javascript:alert(1)', undefined],
    ['http://example.org', undefined],
    ['//example.org', undefined],
    ['/\\example.org', undefined],
    ['data:text/html,x', undefined],
  ])('with the link %j links to %j', (link, href) => {
    const [first] = links(render([{ link }]).html)
    expect(first).toBe(href ?? 'https://fairlead.example.org/notifications/preferences')
  })

  it.each([
    'a\r\nBcc: eve@example.org',
    'a\u0000\u0007b',
    '\u202eevil\u2066',
    '<b>"\'&',
    'x'.repeat(5_000),
    '🔭'.repeat(400),
  ])('with the title %j has a subject of one plain line', (title) => {
    for (const entries of [[{ title }], [{ title }, { title }]]) {
      const { subject, html, text } = render(entries)
      expect(subject).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      expect([...subject].length).toBeLessThanOrEqual(160)
      expect(subject.isWellFormed()).toBe(true)
      expect(html).not.toContain('<b>')
      expect(`${html}${text}`).not.toMatch(/(?!\n)\p{Cc}/u)
    }
  })

  it('keeps the lines of a body, and shortens it in a digest', () => {
    expect(render([{ body: 'a\r\nb\rc' }]).html).toContain('a<br>\nb<br>\nc')
    const long = 'word '.repeat(500)
    expect(render([{ body: long }, {}]).text.length).toBeLessThan(render([{ body: long }]).text.length)
  })

  it('says in words what asks for attention', () => {
    expect(render([{ severity: 'ERROR' }]).text).toMatch(/^Problem: /)
    expect(render([{ severity: 'WARNING' }]).html).toContain('>Warning<')
  })

  it('to someone who is invited has no preferences to link to', () => {
    expect(render([{}], { invitation: true }).html).not.toContain('/notifications/preferences')
  })
})
