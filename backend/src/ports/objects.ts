import type { Readable } from 'node:stream'

/**
 * Stored content by key. Keys are made by the server ("jobs/{job}/{task}-{attempt}/{file}"), never taken
 * from a client. Writes are atomic: a key shows its whole content or is absent.
 */
export interface Objects {
  /** Stores a stream under a key, replacing nothing that is half-written; sizeBytes when known. */
  put(key: string, content: Readable, options?: PutOptions): Promise<ObjectInfo>
  /** Stores a file that this process wrote; the adapter may move it. */
  putFile(key: string, path: string, options?: PutOptions): Promise<ObjectInfo>
  /** Undefined when absent. */
  head(key: string): Promise<ObjectInfo | undefined>
  /** Bytes [start, end), or all. Throws ObjectNotFound when absent. */
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
}
