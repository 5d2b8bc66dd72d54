import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { contentDisposition } from './content-disposition.ts'
import type { FilesystemObjects } from './filesystem.ts'
import { type SignedContent, verifyPath } from './signed-path.ts'

export interface ServeObjectsOptions {
  readonly objects: FilesystemObjects
  /** The one that FilesystemObjects signs with. */
  readonly signingKey: Buffer
  readonly now?: () => Date
}

/** Answers GET and HEAD of an address that FilesystemObjects signed. */
export type ServeObject = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export function serveObjects(options: ServeObjectsOptions): ServeObject {
  const now = options.now ?? (() => new Date())
  return async (request, response) => {
    const verdict = verifyPath(options.signingKey, request.url ?? '', now())
    if (verdict.outcome === 'forged') {
      refuse(response, 403, 'This address was not issued by Fairlead. Open the file from its job again.')
      return
    }
    if (verdict.outcome === 'expired') {
      refuse(response, 403, 'This address has expired. Open the file from its job again to get a new one.')
      return
    }
    await serve(request, response, options.objects, verdict.content, now())
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  objects: FilesystemObjects,
  content: SignedContent,
  now: Date,
): Promise<void> {
  const path = objects.pathOf(content.key)
  const file = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (file === undefined || !file.isFile()) {
    refuse(response, 404, 'The file is gone: it was deleted with its job.')
    return
  }
  const sizeBytes = Number(file.size)
  const etag = `"${file.mtimeNs.toString(36)}-${file.size.toString(36)}"`
  const remainingSeconds = Math.max(0, Math.floor((content.expireTime.getTime() - now.getTime()) / 1000))
  response.setHeader('etag', etag)
  response.setHeader('last-modified', file.mtime.toUTCString())
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('cache-control', `private, max-age=${remainingSeconds}`)
  protect(response)
  if (matches(request.headers['if-none-match'], etag)) {
    response.writeHead(304).end()
    return
  }
  response.setHeader('content-type', content.mediaType)
  response.setHeader('content-disposition', contentDisposition(content.disposition, content.fileName))
  const range = rangeOf(request, etag, sizeBytes)
  if (range === 'unsatisfiable') {
    response.removeHeader('content-disposition')
    response.setHeader('content-range', `bytes */${sizeBytes}`)
    refuse(response, 416, `The file has ${sizeBytes} bytes; the range that was asked for lies outside.`)
    return
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes }
  if (range !== undefined) response.setHeader('content-range', `bytes ${start}-${end - 1}/${sizeBytes}`)
  response.setHeader('content-length', end - start)
  response.writeHead(range === undefined ? 200 : 206)
  if (request.method === 'HEAD' || start === end) {
    response.end()
    return
  }
  await pipeline(createReadStream(path, { start, end: end - 1 }), response).catch(
    (error: NodeJS.ErrnoException) => {
      // The reader went away, which is its right.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    },
  )
}

// Stored files are user content on Fairlead's own origin: never sniffed into another type, and a document
// that is opened from here runs no script and reaches nothing of the origin.
function protect(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader(
    'content-security-policy',
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
  )
  response.setHeader('cross-origin-resource-policy', 'same-origin')
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  const body = Buffer.from(`${sentence}\n`)
  protect(response)
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.setHeader('content-length', body.length)
  response.writeHead(status)
  // Node leaves the body out of an answer to HEAD by itself.
  response.end(body)
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(etag)
}

type RequestedRange = { start: number; end: number } | 'unsatisfiable' | undefined

/**
 * The one range of bytes that is asked for, end excluded. Several ranges, another unit, a malformed header
 * and one for another version of the file are answered with the whole, as RFC 9110 section 14.2 allows.
 */
function rangeOf(request: IncomingMessage, etag: string, sizeBytes: number): RequestedRange {
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== etag) return undefined
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.range?.trim() ?? '')
  if (parts === null) return undefined
  const [, first = '', last = ''] = parts
  if (first === '' && last === '') return undefined
  if (first === '') {
    const suffix = Math.min(Number(last), sizeBytes)
    return suffix === 0 ? 'unsatisfiable' : { start: sizeBytes - suffix, end: sizeBytes }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return undefined
  if (start >= sizeBytes) return 'unsatisfiable'
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) }
}
