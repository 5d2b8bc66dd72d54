import type { MailSeverity } from './mail-entry.ts'

export interface MailContent {
  /** The earliest first; at least one. */
  readonly entries: readonly MailContentEntry[]
  /** All of them when they are more than `entries`. */
  readonly entryCount: number
  readonly publicUrl: string
  readonly unsubscribe: {
    /** Opens the page that asks; a link in a mail must change nothing by being looked at. */
    readonly pageUrl: string
    /** "A job completed"; undefined for all mail. */
    readonly displayName: string | undefined
  }
  /** To someone who has no account yet: there are no preferences to link to. */
  readonly invitation: boolean
}

export interface MailContentEntry {
  readonly title: string
  readonly body: string
  readonly severity: MailSeverity
  readonly link: string
  readonly createTime: Date
}

export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const SUBJECT_CHARACTERS = 160
const TITLE_CHARACTERS = 300
const BODY_CHARACTERS = 4_000
const DIGEST_BODY_CHARACTERS = 400

/** What asks for attention says so, in a colour readable on white and one readable on near-black. */
const labels: Readonly<Partial<Record<MailSeverity, Label>>> = {
  WARNING: { name: 'warning', text: 'Warning', light: '#8f5b00', dark: '#f0b95a' },
  ERROR: { name: 'error', text: 'Problem', light: '#b3261e', dark: '#f2877f' },
}

interface Label {
  readonly name: string
  readonly text: string
  readonly light: string
  readonly dark: string
}

interface Item {
  readonly title: string
  readonly body: string
  readonly label: Label | undefined
  readonly url: string | undefined
  /** Whether it leads to this site. */
  readonly local: boolean
  readonly time: string
}

/** One notification, or several as a digest; subject, text and HTML of the same content. */
export function renderMail(content: MailContent): RenderedMail {
  const digest = content.entryCount > 1
  const items = content.entries.map((entry): Item => {
    const url = absoluteUrl(entry.link, content.publicUrl)
    return {
      title: shortened(oneLine(entry.title), TITLE_CHARACTERS),
      body: shortened(plain(entry.body), digest ? DIGEST_BODY_CHARACTERS : BODY_CHARACTERS),
      label: labels[entry.severity],
      url,
      local: entry.link.startsWith('/'),
      time: `${entry.createTime.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    }
  })
  const heading = digest ? `${content.entryCount} notifications` : ''
  const first = items[0]?.title ?? ''
  const subject = shortened(digest ? `${heading}: ${first}` : first, SUBJECT_CHARACTERS)
  const frame: Frame = { content, digest, heading, items, more: content.entryCount - items.length }
  return { subject, text: textOf(frame), html: htmlOf(frame, subject) }
}

interface Frame {
  readonly content: MailContent
  readonly digest: boolean
  readonly heading: string
  readonly items: readonly Item[]
  readonly more: number
}

function textOf({ content, digest, heading, items, more }: Frame): string {
  const parts = items.map((item) =>
    [
      [digest ? '* ' : '', item.label === undefined ? '' : `${item.label.text}: `, item.title].join(''),
      digest ? item.time : '',
      item.body === '' ? '' : `${digest ? '' : '\n'}${item.body}`,
      item.url === undefined ? '' : `${digest ? '' : '\n'}${item.url}`,
    ]
      .filter((line) => line !== '')
      .join('\n'),
  )
  if (more > 0) parts.push(`And ${more} more in your inbox:\n${inboxUrl(content)}`)
  const footer = [
    '-- ',
    reason(content),
    ...(content.invitation ? [] : [`Notification preferences: ${preferencesUrl(content)}`]),
    `${unsubscribeLabel(content)}: ${content.unsubscribe.pageUrl}`,
  ]
  return `${[...(digest ? [heading] : []), ...parts].join('\n\n')}\n\n${footer.join('\n')}\n`
}

function htmlOf({ content, digest, heading, items, more }: Frame, subject: string): string {
  const body = items.map((item) => (digest ? digestItem(item) : singleItem(item))).join('\n')
  const rest =
    more > 0
      ? `<p class="muted" style="${mutedStyle}">And ${more} more in <a class="link" style="${linkStyle}" href="${escaped(inboxUrl(content))}">your inbox</a>.</p>`
      : ''
  const links = [
    ...(content.invitation ? [] : [[preferencesUrl(content), 'Notification preferences']]),
    [content.unsubscribe.pageUrl, unsubscribeLabel(content)],
  ].map(
    ([url = '', label = '']) =>
      `<a class="muted" style="color:#5d6a76;text-decoration:underline;" href="${escaped(url)}">${escaped(label)}</a>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 620px) { .page { padding: 12px 8px !important; } .card { padding: 20px 16px !important; } }
@media (prefers-color-scheme: dark) {
.page { background: #11181f !important; }
.card { background: #19212a !important; border-color: #2c363f !important; }
.text, .title { color: #d8dee3 !important; }
.muted { color: #909ca6 !important; }
.link { color: #83bacd !important; }
.button { background: #2a7592 !important; color: #ffffff !important; }
.item { border-top-color: #2c363f !important; }
${Object.values(labels)
  .map(({ name, dark }) => `.${name} { color: ${dark} !important; }`)
  .join('\n')}
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#eff2f4;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="page" align="center" style="padding:32px 16px;background:#eff2f4;font-family:Inter,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;">
<tr><td class="muted" style="padding:0 4px 12px;color:#5d6a76;font-size:13px;font-weight:600;letter-spacing:0.02em;text-align:left;">Fairlead</td></tr>
<tr><td class="card" style="padding:28px 32px;background:#ffffff;border:1px solid #e2e7eb;border-radius:8px;text-align:left;">
${digest ? `<h1 class="title" style="${headingStyle}">${escaped(heading)}</h1>` : ''}
${body}
${rest}
</td></tr>
<tr><td class="muted" style="padding:16px 4px 0;color:#5d6a76;font-size:12px;line-height:1.6;text-align:left;">${escaped(reason(content))}<br>${links.join(' &nbsp;·&nbsp; ')}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`
}

const wrap = 'overflow-wrap:anywhere;word-break:break-word;'
const headingStyle = `margin:0 0 12px;color:#1a232b;font-size:20px;line-height:1.35;font-weight:620;${wrap}`
const textStyle = `margin:0 0 16px;color:#2f3a44;font-size:15px;line-height:1.55;${wrap}`
const mutedStyle = 'margin:4px 0 0;color:#5d6a76;font-size:13px;line-height:1.5;'
const digestTitleStyle = `margin:0;color:#1a232b;font-size:15px;line-height:1.45;font-weight:600;${wrap}`
const digestTextStyle = `margin:8px 0 0;color:#2f3a44;font-size:14px;line-height:1.55;${wrap}`
const buttonStyle =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#2a7592;color:#ffffff;font-size:15px;font-weight:600;text-decoration:none;'
const linkStyle = 'color:#2a7592;text-decoration:underline;'

function labelOf({ label }: Item): string {
  return label === undefined
    ? ''
    : `<p class="${label.name}" style="margin:0 0 4px;color:${label.light};font-size:13px;font-weight:600;">${label.text}</p>\n`
}

function singleItem(item: Item): string {
  const body = item.body === '' ? '' : `\n<p class="text" style="${textStyle}">${lines(item.body)}</p>`
  const button =
    item.url === undefined
      ? ''
      : `\n<p style="margin:20px 0 4px;"><a class="button" style="${buttonStyle}" href="${escaped(item.url)}">${item.local ? 'Open in Fairlead' : 'Open the page'}</a></p>`
  return `${labelOf(item)}<h1 class="title" style="${headingStyle}">${escaped(item.title)}</h1>${body}${button}`
}

function digestItem(item: Item): string {
  const title =
    item.url === undefined
      ? escaped(item.title)
      : `<a class="link" style="color:#2a7592;text-decoration:none;" href="${escaped(item.url)}">${escaped(item.title)}</a>`
  const body = item.body === '' ? '' : `\n<p class="text" style="${digestTextStyle}">${lines(item.body)}</p>`
  return `<div class="item" style="padding:16px 0;border-top:1px solid #e2e7eb;">
${labelOf(item)}<p class="title" style="${digestTitleStyle}">${title}</p>
<p class="muted" style="${mutedStyle}">${escaped(item.time)}</p>${body}
</div>`
}

function reason({ invitation, unsubscribe }: MailContent): string {
  if (invitation) return 'Someone invited this address to Fairlead.'
  return unsubscribe.displayName === undefined
    ? 'You get this mail because of your notification preferences.'
    : `You get this mail because of your notification preferences for “${unsubscribe.displayName}”.`
}

function unsubscribeLabel({ unsubscribe, invitation }: MailContent): string {
  if (invitation) return 'Unsubscribe this address from invitations'
  return unsubscribe.displayName === undefined
    ? 'Unsubscribe from all mail'
    : 'Unsubscribe from mail of this kind'
}

const preferencesUrl = ({ publicUrl }: MailContent) => `${publicUrl}/notifications/preferences`
const inboxUrl = ({ publicUrl }: MailContent) => `${publicUrl}/notifications`

/** A path of this site or an https address, as a whole URL; undefined for anything else. */
function absoluteUrl(link: string, publicUrl: string): string | undefined {
  const local = /^\/(?![/\\])/.test(link)
  const url = URL.parse(local ? `${publicUrl}${link}` : link)
  return url !== null && (local || url.protocol === 'https:') ? url.href : undefined
}

/** Without control characters, and without those that turn the direction of what follows. */
function plain(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/gu, (character) => (character === '\t' ? ' ' : ''))
    .trim()
}

function oneLine(text: string): string {
  return plain(text.replaceAll(/[\p{Cc}\s]+/gu, ' '))
}

function shortened(text: string, characters: number): string {
  const letters = [...text]
  return letters.length <= characters
    ? text
    : `${letters
        .slice(0, characters - 1)
        .join('')
        .trimEnd()}…`
}

function lines(text: string): string {
  return escaped(text).replaceAll('\n', '<br>\n')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
