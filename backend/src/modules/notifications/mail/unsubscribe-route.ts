import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors/domain-error.ts'
import type { HttpRoute } from '../../../server/http-route.ts'
import type { Unsubscriptions } from './unsubscriptions.ts'

const PREFIX = '/mail/unsubscribe'
/** "List-Unsubscribe=One-Click", as a form of either kind. */
const BODY_MAX_BYTES = 8 * 1024
const oneClick = /List-Unsubscribe(?:=|"\r?\n(?:[^\r\n]+\r?\n)*\r?\n)One-Click/i

/**
 * What List-Unsubscribe names: mail programs POST to it (RFC 8058), people whose program only opens it get the page
 * that asks first.
 */
export function unsubscribeRoute(unsubscriptions: Unsubscriptions): HttpRoute {
  return {
    methods: ['GET', 'HEAD', 'POST'],
    prefix: PREFIX,
    async handle(request, response) {
      const token = tokenOf(request)
      response.setHeader('cache-control', 'no-store')
      response.setHeader('referrer-policy', 'no-referrer')
      if (request.method !== 'POST') {
        response.writeHead(303, { location: `/unsubscribe?token=${token}` }).end()
        return
      }
      if (!oneClick.test(await bodyOf(request))) {
        throw new DomainError(
          'INVALID_ARGUMENT',
          'ONE_CLICK_EXPECTED',
          'The body must be List-Unsubscribe=One-Click (RFC 8058).',
        )
      }
      await unsubscriptions.unsubscribe(token)
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        .end('No more of this mail is sent.\n')
    },
  }
}

/** In the query, which no log shows: whoever has the token may use it. */
function tokenOf(request: IncomingMessage): string {
  const url = URL.parse(request.url ?? '/', 'http://host')
  const token = url?.pathname === PREFIX ? (url.searchParams.get('token') ?? '') : ''
  if (!/^[\w-]{1,512}$/.test(token)) {
    throw new DomainError('NOT_FOUND', 'UNSUBSCRIBE_LINK_INVALID', 'This link is incomplete or not ours.')
  }
  return token
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > BODY_MAX_BYTES) {
      throw new DomainError(
        'INVALID_ARGUMENT',
        'BODY_TOO_LARGE',
        `The body is larger than ${BODY_MAX_BYTES} bytes.`,
      )
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString()
}
