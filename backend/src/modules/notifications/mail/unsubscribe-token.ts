import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** What a link to unsubscribe stands for. */
export interface UnsubscribeGrant {
  readonly userId: string
  /** Undefined for all mail. */
  readonly eventType: string | undefined
  readonly expireTime: Date
  /** Whether the link was sent to this address. */
  sentTo(address: string): boolean
}

export interface UnsubscribeTokens {
  issue(
    grant: { readonly userId: string; readonly eventType: string | undefined; readonly address: string },
    now: Date,
  ): string
  /** Undefined when it is none of ours; one that has expired is given. */
  read(token: string): UnsubscribeGrant | undefined
}

const VERSION = 1
const VALID_DAYS = 365
const UUID_BYTES = 16
const ADDRESS_BYTES = 16
const MAC_BYTES = 32
/** version, expiry in s, user, address, event type, MAC */
const FIXED_BYTES = 1 + 4 + UUID_BYTES + ADDRESS_BYTES

/**
 * Links that unsubscribe without signing in: authentic, and of use for one user, address and kind of mail only.
 * An address is in them as a digest: it may be longer than a link.
 *
 * @param key 32 bytes, the same in backend and worker
 */
export function unsubscribeTokens(key: Buffer): UnsubscribeTokens {
  const mac = (body: Buffer) => createHmac('sha256', key).update(body).digest()
  const digest = (address: string) =>
    createHash('sha256').update(address.toLowerCase()).digest().subarray(0, ADDRESS_BYTES)

  return {
    issue({ userId, eventType, address }, now) {
      const expiry = Buffer.alloc(4)
      expiry.writeUInt32BE(Math.floor(now.getTime() / 1000) + VALID_DAYS * 86_400)
      const body = Buffer.concat([
        Buffer.of(VERSION),
        expiry,
        Buffer.from(userId.replaceAll('-', ''), 'hex'),
        digest(address),
        Buffer.from(eventType ?? ''),
      ])
      return Buffer.concat([body, mac(body)]).toString('base64url')
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url')
      const body = bytes.subarray(0, -MAC_BYTES)
      const authentic =
        body.length >= FIXED_BYTES &&
        bytes.toString('base64url') === token &&
        timingSafeEqual(bytes.subarray(-MAC_BYTES), mac(body)) &&
        body[0] === VERSION
      if (!authentic) return undefined
      const addressDigest = body.subarray(FIXED_BYTES - ADDRESS_BYTES, FIXED_BYTES)
      const eventType = body.subarray(FIXED_BYTES).toString()
      return {
        userId: body
          .subarray(5, 5 + UUID_BYTES)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
        eventType: eventType === '' ? undefined : eventType,
        expireTime: new Date(body.readUInt32BE(1) * 1000),
        sentTo: (address) => timingSafeEqual(digest(address), addressDigest),
      }
    },
  }
}
