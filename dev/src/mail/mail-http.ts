import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { framedHtml, listPage, mailPage, notFoundPage } from './mail-pages.ts'
import type { KeptMail, Mailbox } from './mailbox.ts'

const JSON_MAX = 500
const JSON_DEFAULT = 100

/**
 * The mails below /dev/mail: a list, a page for each, its HTML apart from everything else of this origin, and
 * messages.json with `to` (an address) and `limit` (1 to 500, 100 when unset) for programs.
 */
export function createMailHttp(mailbox: Mailbox): Server {
  return createServer((request, response) => {
    try {
      answer(mailbox, request, response)
    } catch (error) {
      console.error(error)
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('An error occurred.\n')
    }
  })
}

function answer(mailbox: Mailbox, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const url = URL.parse(request.url ?? '/', 'http://host')
  const path = url?.pathname.replace(/\/$/, '') ?? ''
  if (path === '/dev/mail') {
    sendPage(response, 200, (nonce) => listPage(mailbox.mails, nonce))
    return
  }
  if (url !== null && path === '/dev/mail/messages.json') {
    sendJson(response, mailbox, url.searchParams)
    return
  }
  const [, id = '', part] = /^\/dev\/mail\/([^/]+)(\/html)?$/.exec(path) ?? []
  const kept = mailbox.find(id)
  if (kept === undefined) sendPage(response, 404, notFoundPage)
  else if (part === undefined) sendPage(response, 200, (nonce) => mailPage(kept, nonce))
  else sendHtmlOf(response, kept)
}

function sendPage(response: ServerResponse, status: number, render: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString('base64')
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
    .end(render(nonce))
}

/** Sandboxed by itself too, so that it is no page of this origin when it is opened alone. */
function sendHtmlOf(response: ServerResponse, { mail }: KeptMail): void {
  const policy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'"
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
    .end(framedHtml(mail.html ?? ''))
}

function sendJson(response: ServerResponse, mailbox: Mailbox, query: URLSearchParams): void {
  const to = query.get('to')?.toLowerCase()
  const asked = Number(query.get('limit') ?? JSON_DEFAULT)
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, JSON_MAX) : JSON_DEFAULT
  const messages = mailbox.mails
    .filter((kept) => to === undefined || kept.to.some((address) => address.toLowerCase() === to))
    .slice(0, limit)
    .map(({ id, time, to: recipients, mail }) => ({
      id,
      time: time.toISOString(),
      to: recipients,
      from: mail.from?.address ?? '',
      subject: mail.subject ?? '',
      messageId: mail.messageId ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
      headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    }))
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify({ messages }))
}
