import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObjectKey, type SignGetOptions } from '../../ports/objects.ts'

/** Where the files of the embedded store are served, through Envoy too. */
export const OBJECTS_PATH = '/objects/'

export interface SignedContent {
  readonly key: string
  readonly fileName: string
  readonly mediaType: string
  readonly disposition: 'inline' | 'attachment'
  readonly expireTime: Date
}

export type Verdict =
  | { outcome: 'valid'; content: SignedContent }
  | { outcome: 'forged' }
  | { outcome: 'expired' }

// What is signed names the method: a signature for reading must not serve once there are uploads. HEAD
// asks for a part of what GET gives, so one signature holds for both.
const METHOD = 'GET'

// Everything that shapes the answer is under the signature: without the media type and disposition in it,
// whoever holds an address could have a user's file shown as a page of Fairlead's own origin.
function signature(signingKey: Buffer, content: SignedContent): Buffer {
  const expires = Math.floor(content.expireTime.getTime() / 1000)
  const signed = [METHOD, content.key, content.disposition, content.fileName, content.mediaType, expires]
  return createHmac('sha256', signingKey).update(JSON.stringify(signed)).digest()
}

/** Path and query of an address that serves the object until its expiry, to the second. */
export function signPath(
  signingKey: Buffer,
  key: string,
  options: SignGetOptions,
  now: Date,
): { url: string; expireTime: Date } {
  const expires = Math.floor(now.getTime() / 1000) + options.lifetimeSeconds
  const expireTime = new Date(expires * 1000)
  const fileName = options.fileName.toWellFormed()
  const content = {
    key,
    fileName,
    mediaType: options.mediaType,
    disposition: options.disposition,
    expireTime,
  }
  const query = new URLSearchParams({
    file: fileName,
    type: options.mediaType,
    disposition: options.disposition,
    expires: String(expires),
    signature: signature(signingKey, content).toString('base64url'),
  })
  return { url: `${OBJECTS_PATH}${key}?${query}`, expireTime }
}

/** Checks an address as it arrives: a path under OBJECTS_PATH with its query. */
export function verifyPath(signingKey: Buffer, pathAndQuery: string, now: Date): Verdict {
  const content = parse(pathAndQuery)
  if (content === undefined) return { outcome: 'forged' }
  const expected = signature(signingKey, content.signed)
  const matches = expected.length === content.given.length && timingSafeEqual(expected, content.given)
  if (!matches) return { outcome: 'forged' }
  if (content.signed.expireTime <= now) return { outcome: 'expired' }
  return { outcome: 'valid', content: content.signed }
}

function parse(pathAndQuery: string): { signed: SignedContent; given: Buffer } | undefined {
  const [path = '', search = ''] = pathAndQuery.split('?', 2)
  if (!path.startsWith(OBJECTS_PATH)) return undefined
  // Taken as it stands, not decoded: a key has no character that needs escaping.
  const key = path.slice(OBJECTS_PATH.length)
  if (!isObjectKey(key)) return undefined
  const query = new URLSearchParams(search)
  const fileName = query.get('file')
  const mediaType = query.get('type')
  const disposition = query.get('disposition')
  const expires = query.get('expires') ?? ''
  const given = Buffer.from(query.get('signature') ?? '', 'base64url')
  if (fileName === null || mediaType === null || !/^\d{1,11}$/.test(expires)) return undefined
  if (disposition !== 'inline' && disposition !== 'attachment') return undefined
  const expireTime = new Date(Number(expires) * 1000)
  return { signed: { key, fileName, mediaType, disposition, expireTime }, given }
}
