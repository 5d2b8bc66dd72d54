import type { KeptMail } from './mailbox.ts'

/** Pages for people; everything in them that comes from a mail is text. */

const style = `
:root { color-scheme: light dark; --page: #f7f9fa; --card: #fff; --line: #e2e7eb; --text: #1a232b; --muted: #5d6a76; --link: #1b617d; }
@media (prefers-color-scheme: dark) { :root { --page: #11181f; --card: #19212a; --line: #2c363f; --text: #d8dee3; --muted: #909ca6; --link: #83bacd; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px 16px 48px; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; }
main { max-width: 860px; margin: 0 auto; }
h1 { margin: 0 0 4px; font-size: 22px; line-height: 1.3; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; font-size: 15px; }
p { margin: 0 0 16px; }
a { color: var(--link); }
.muted { color: var(--muted); font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
ul { list-style: none; margin: 0; padding: 0; }
li + li { border-top: 1px solid var(--line); }
li a { display: block; padding: 12px 16px; color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { background: var(--page); }
li strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
pre { margin: 0; padding: 14px 16px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
iframe { display: block; width: 100%; height: 560px; border: 0; border-radius: 7px; background: #fff; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th, td { padding: 6px 16px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { width: 1%; white-space: nowrap; font-weight: 500; color: var(--muted); }
tr + tr { border-top: 1px solid var(--line); }
.empty { padding: 32px 16px; text-align: center; color: var(--muted); }
`

export function listPage(mails: readonly KeptMail[], nonce: string): string {
  const items = mails.map(
    ({ id, time, to, mail }) =>
      `<li><a href="/dev/mail/${escaped(id)}"><strong>${escaped(mail.subject || '(no subject)')}</strong><span class="muted">${escaped(to.join(', '))} · ${stamp(time)}</span></a></li>`,
  )
  const list =
    items.length === 0
      ? '<div class="card empty">No mail yet. What this installation sends appears here and never leaves this machine.</div>'
      : `<ul class="card">${items.join('\n')}</ul>`
  return page(
    'Mail',
    `<h1>Mail</h1>
<p class="muted">${mails.length === 1 ? '1 mail' : `${mails.length} mails`}, the newest first. Development only: nothing leaves this machine. <a href="/dev/mail/messages.json">As JSON</a></p>
${list}`,
    nonce,
  )
}

export function mailPage({ id, time, to, mail }: KeptMail, nonce: string): string {
  const subject = mail.subject || '(no subject)'
  const html =
    mail.html === undefined
      ? ''
      : `<h2>HTML</h2>
<div class="card"><iframe title="The mail as HTML" src="/dev/mail/${escaped(id)}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe></div>`
  const headers = mail.headers
    .map(
      ({ originalKey, value }) =>
        `<tr><th scope="row">${escaped(originalKey)}</th><td>${escaped(value)}</td></tr>`,
    )
    .join('\n')
  return page(
    subject,
    `<p class="muted"><a href="/dev/mail">All mail</a></p>
<h1>${escaped(subject)}</h1>
<p class="muted">To ${escaped(to.join(', '))} · ${stamp(time)}</p>
${html}
<h2>Text</h2>
<div class="card"><pre>${escaped(mail.text ?? '(none)')}</pre></div>
<h2>Headers</h2>
<div class="card"><table>${headers}</table></div>`,
    nonce,
  )
}

export function notFoundPage(nonce: string): string {
  return page(
    'Not found',
    '<h1>There is no such mail</h1><p>Only the newest 500 are kept. <a href="/dev/mail">All mail</a></p>',
    nonce,
  )
}

/** The mail's own HTML, with its links opening beside the page. */
export function framedHtml(html: string): string {
  const base = '<base target="_blank">'
  const head = /<head[^>]*>/i.exec(html)
  if (head === null) return `${base}${html}`
  const end = head.index + head[0].length
  return `${html.slice(0, end)}${base}${html.slice(end)}`
}

function page(title: string, content: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – Fairlead development mail</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

function stamp(time: Date): string {
  const text = time.toISOString()
  return `<time datetime="${text}">${text.slice(0, 19).replace('T', ' ')} UTC</time>`
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
