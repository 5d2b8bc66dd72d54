import { createHmac, timingSafeEqual } from 'node:crypto'
import { validate } from 'uuid'

/** Where files of fixes go, through Envoy too. */
export const UPLOADS_PATH = '/fix-imports/'

export type UploadVerdict =
  | { readonly outcome: 'valid'; readonly importId: string }
  | { readonly outcome: 'forged' }
  | { readonly outcome: 'expired' }

function signature(signingKey: Buffer, importId: string, expires: number): Buffer {
  return createHmac('sha256', signingKey)
    .update(JSON.stringify(['PUT', importId, expires]))
    .digest()
}

/** Path and query of the address that takes the file of one import until its expiry, to the second. */
export function uploadAddress(signingKey: Buffer, importId: string, expireTime: Date): string {
  const expires = Math.floor(expireTime.getTime() / 1000)
  const query = new URLSearchParams({
    expires: String(expires),
    signature: signature(signingKey, importId, expires).toString('base64url'),
  })
  return `${UPLOADS_PATH}${importId}?${query}`
}

/** @param pathAndQuery as it arrives */
export function verifyUpload(signingKey: Buffer, pathAndQuery: string, now: Date): UploadVerdict {
  const [path = '', search = ''] = pathAndQuery.split('?', 2)
  const importId = path.slice(UPLOADS_PATH.length)
  const query = new URLSearchParams(search)
  const expires = query.get('expires') ?? ''
  if (!path.startsWith(UPLOADS_PATH) || !validate(importId) || !/^\d{1,11}$/.test(expires))
    return { outcome: 'forged' }
  const given = Buffer.from(query.get('signature') ?? '', 'base64url')
  const expected = signature(signingKey, importId, Number(expires))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { outcome: 'forged' }
  return Number(expires) * 1000 <= now.getTime() ? { outcome: 'expired' } : { outcome: 'valid', importId }
}
