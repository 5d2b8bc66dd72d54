import type { ServerResponse } from 'node:http'

/** Ends a response by a sentence. */
export function refuse(response: ServerResponse, status: number, sentence: string): void {
  const body = Buffer.from(`${sentence}\n`)
  protect(response)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('content-length', body.length)
  response.writeHead(status)
  // Node leaves the body out of an answer to HEAD by itself.
  response.end(body)
}

// Stored files are user content on Fairlead's own origin: never sniffed into another type, and a document
// that is opened from here runs no script and reaches nothing of the origin.
export function protect(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader(
    'content-security-policy',
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
  )
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}
