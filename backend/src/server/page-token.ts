import { createHmac, timingSafeEqual } from 'node:crypto'
import { DomainError } from '../errors/domain-error.ts'

const MAC_BYTES = 16

/** The position after which the next page begins: the sort values of the last row, as text. */
export type PagePosition = readonly string[]

export interface PageTokens {
  /**
   * @param scope what the token is good for: method, parent, filters and order, from `pageScope`
   */
  encode(scope: string, position: PagePosition): string
  /** Undefined for the empty token, which asks for the first page. */
  decode(scope: string, token: string): PagePosition | undefined
}

/** One string for a method and everything its rows and their order depend on. */
export function pageScope(method: string, query: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([method, parts], (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

/**
 * Keyset page tokens, authenticated and bound to their query: one that was edited, or that comes from
 * another query, is INVALID_ARGUMENT with reason PAGE_TOKEN_INVALID instead of wrong rows.
 *
 * @param key 32 bytes, the same on every backend
 */
export function pageTokens(key: Buffer): PageTokens {
  const mac = (scope: string, body: Buffer) =>
    createHmac('sha256', key)
      .update(`${Buffer.byteLength(scope)}:${scope}`)
      .update(body)
      .digest()
      .subarray(0, MAC_BYTES)

  return {
    encode(scope, position) {
      const body = Buffer.from(JSON.stringify(position))
      return Buffer.concat([mac(scope, body), body]).toString('base64url')
    },
    decode(scope, token) {
      if (token === '') return undefined
      const bytes = Buffer.from(token, 'base64url')
      const body = bytes.subarray(MAC_BYTES)
      const authentic =
        bytes.length > MAC_BYTES &&
        bytes.toString('base64url') === token &&
        timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(scope, body))
      if (!authentic) throw invalidPageToken()
      return JSON.parse(body.toString()) as PagePosition
    },
  }
}

function invalidPageToken(): DomainError {
  const description =
    'is not the next_page_token of this query. Begin again with an empty page_token, or repeat every other field of the query that gave the token.'
  return new DomainError('INVALID_ARGUMENT', 'PAGE_TOKEN_INVALID', `page_token ${description}`, {
    violations: [{ field: 'page_token', description }],
  })
}
