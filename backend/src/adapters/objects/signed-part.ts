import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObjectKey } from '../../ports/objects.ts'
import { OBJECTS_PATH } from './signed-path.ts'

/** What an address to send one part of an upload to allows. */
export interface SignedPart {
  readonly key: string
  readonly uploadId: string
  readonly number: number
  /** Exactly. */
  readonly sizeBytes: number
  readonly expireTime: Date
}

export type PartVerdict =
  | { outcome: 'valid'; part: SignedPart }
  | { outcome: 'forged' }
  | { outcome: 'expired' }

const METHOD = 'PUT'

function signature(signingKey: Buffer, part: SignedPart): Buffer {
  const expires = Math.floor(part.expireTime.getTime() / 1000)
  const signed = [METHOD, part.key, part.uploadId, part.number, part.sizeBytes, expires]
  return createHmac('sha256', signingKey).update(JSON.stringify(signed)).digest()
}

/** Path and query of an address that takes the part until its expiry, which is cut to the second. */
export function signPartPath(signingKey: Buffer, part: SignedPart): string {
  const query = new URLSearchParams({
    upload: part.uploadId,
    part: String(part.number),
    size: String(part.sizeBytes),
    expires: String(Math.floor(part.expireTime.getTime() / 1000)),
    signature: signature(signingKey, part).toString('base64url'),
  })
  return `${OBJECTS_PATH}${part.key}?${query}`
}

/** Checks an address as it arrives: a path under OBJECTS_PATH with its query. */
export function verifyPartPath(signingKey: Buffer, pathAndQuery: string, now: Date): PartVerdict {
  const [path = '', search = ''] = pathAndQuery.split('?', 2)
  // Taken as it stands, not decoded: a key has no character that needs escaping.
  const key = path.startsWith(OBJECTS_PATH) ? path.slice(OBJECTS_PATH.length) : ''
  if (!isObjectKey(key)) return { outcome: 'forged' }
  const query = new URLSearchParams(search)
  const number = whole(query.get('part'))
  const sizeBytes = whole(query.get('size'))
  const expires = whole(query.get('expires'))
  if (number === undefined || sizeBytes === undefined || expires === undefined) return { outcome: 'forged' }
  const expireTime = new Date(expires * 1000)
  const part = { key, uploadId: query.get('upload') ?? '', number, sizeBytes, expireTime }
  const expected = signature(signingKey, part)
  const given = Buffer.from(query.get('signature') ?? '', 'base64url')
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return { outcome: 'forged' }
  return expireTime <= now ? { outcome: 'expired' } : { outcome: 'valid', part }
}

/** In one spelling, so that nothing that differs verifies. */
function whole(text: string | null): number | undefined {
  return text !== null && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}
