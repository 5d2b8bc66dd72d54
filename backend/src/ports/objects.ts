import type { Readable } from 'node:stream'

/**
 * Stored content by key. Keys are made by the server ("jobs/{job}/{task}-{attempt}/{file}"), never taken
 * from a client. Writes are atomic: a key shows its whole content or is absent. A key is never also the
 * folder of another key ("a" and "a/b"), which a file system could not hold.
 */
export interface Objects {
  /** Stores a stream under a key, in place of what it held. A failed stream leaves the key as it was. */
  put(key: string, content: Readable, options?: PutOptions): Promise<ObjectInfo>
  /** Stores a file that this process wrote. The adapter may move it: the path may be gone afterwards. */
  putFile(key: string, path: string, options?: PutOptions): Promise<ObjectInfo>
  /** Undefined when absent. */
  head(key: string): Promise<ObjectInfo | undefined>
  /**
   * Bytes [start, end), or all. Throws ObjectNotFound when absent, RangeError unless
   * 0 <= start < end <= size.
   */
  get(key: string, range?: { start: number; end: number }): Promise<Readable>
  /** Idempotent. */
  delete(key: string): Promise<void>
  /** Deletes every key with the prefix, which ends in "/". */
  deletePrefix(prefix: string): Promise<void>
  /** An address to fetch the object from without further credentials, until expiry. */
  signGet(key: string, options: SignGetOptions): Promise<SignedUrl>
  close(): Promise<void>
}

export interface PutOptions {
  readonly mediaType?: string
  readonly signal?: AbortSignal
}

export interface SignGetOptions {
  /** The name that the browser saves under; any characters. */
  readonly fileName: string
  readonly mediaType: string
  /** Content-Disposition: inline, or attachment. */
  readonly disposition: 'inline' | 'attachment'
  readonly lifetimeSeconds: number
}

export interface SignedUrl {
  /** Path and query relative to Fairlead's address, or absolute for a store with its own. */
  readonly url: string
  readonly expireTime: Date
}

export interface ObjectInfo {
  readonly key: string
  readonly sizeBytes: number
}

export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound'
  readonly key: string

  constructor(key: string, options?: ErrorOptions) {
    super(`no object is stored under ${key}`, options)
    this.key = key
  }
}

const KEY_MAX_LENGTH = 1000
const KEY_SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/

/**
 * Whether adapters take a key: not with empty segments, "..", hidden names, or characters that a file
 * system or a URL could read differently.
 */
export function isObjectKey(key: string): boolean {
  return key.length <= KEY_MAX_LENGTH && key.split('/').every((segment) => KEY_SEGMENT.test(segment))
}

/** Throws TypeError for what is not a key. */
export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) throw new TypeError(`not an object key: ${JSON.stringify(key.slice(0, 200))}`)
}

/** The same for a prefix, which ends in "/". */
export function assertObjectPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw new TypeError(`an object prefix ends in "/": ${JSON.stringify(prefix)}`)
  assertObjectKey(prefix.slice(0, -1))
}

/** Throws RangeError unless [start, end) is a range of bytes that is not empty. */
export function assertByteRange(range: { start: number; end: number }, sizeBytes: number): void {
  const { start, end } = range
  const valid = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end
  if (!valid || end > sizeBytes) throw new RangeError(`bytes [${start}, ${end}) of ${sizeBytes}`)
}
