import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { contentDisposition } from './content-disposition.ts'
import type { FilesystemObjects } from './filesystem.ts'
import type { FilesystemUploads } from './filesystem-uploads.ts'
import { receivePart, turnAway } from './receive-part.ts'
import { protect, refuse } from './refuse.ts'
import { verifyPartPath } from './signed-part.ts'
import { type SignedContent, verifyPath } from './signed-path.ts'
import type { StoredFile } from './stored-file.ts'

export interface ServeObjectsOptions {
  readonly objects: FilesystemObjects
  readonly uploads: FilesystemUploads
  /** The one that both sign with. */
  readonly signingKey: Buffer
  readonly now?: () => Date
}

/** Answers GET, HEAD and PUT of an address that the store signed. */
export type ServeObject = (
  request: IncomingMessage,
  response: ServerResponse,
  signal?: AbortSignal,
) => Promise<void>

export function serveObjects(options: ServeObjectsOptions): ServeObject {
  const { objects, uploads, signingKey, now = () => new Date() } = options
  return async (request, response, signal) => {
    const address = request.url ?? ''
    if (request.method === 'PUT') {
      const verdict = verifyPartPath(signingKey, address, now())
      if (verdict.outcome === 'valid') await receivePart(request, response, uploads, verdict.part, signal)
      else turnAway(request, response, 403, REFUSALS[verdict.outcome].PUT)
      return
    }
    const verdict = verifyPath(signingKey, address, now())
    if (verdict.outcome === 'valid') await serve(request, response, objects, verdict.content, now())
    else refuse(response, 403, REFUSALS[verdict.outcome].GET)
  }
}

const REFUSALS = {
  forged: {
    GET: 'This address was not issued by Fairlead. Open the file from its page again.',
    PUT: 'This address was not issued by Fairlead. Resume the upload to get new ones.',
  },
  expired: {
    GET: 'This address has expired. Open the file from its page again to get a new one.',
    PUT: 'This address has expired. Resume the upload to get a new one.',
  },
} as const

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  objects: FilesystemObjects,
  content: SignedContent,
  now: Date,
): Promise<void> {
  const file = await objects.open(content.key)
  if (file === undefined) {
    refuse(response, 404, 'The file is gone: it was deleted.')
    return
  }
  try {
    await answer(request, response, file, content, now)
  } finally {
    await file.close()
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  content: SignedContent,
  now: Date,
): Promise<void> {
  const { sizeBytes } = file
  const etag = `"${file.version}"`
  const remainingSeconds = Math.max(0, Math.floor((content.expireTime.getTime() - now.getTime()) / 1000))
  response.setHeader('etag', etag)
  response.setHeader('last-modified', file.changeTime.toUTCString())
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
  await pipeline(file.read(start, end), response).catch((error: NodeJS.ErrnoException) => {
    // The reader went away, which is its right.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
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
