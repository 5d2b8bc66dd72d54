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

/**
 * How content of any size comes from people: in parts, each by PUT to an address of its own, straight to the store.
 * Apart from Objects, so that who only reads and writes never sees it. Uploads are known by what createUpload answers;
 * their keys are unique, as only then a repeated completion can tell its own success.
 */
export interface ObjectUploads {
  /** Nothing shows under the key until the upload is complete. Throws InsufficientStorage. */
  createUpload(key: string, options?: CreateUploadOptions): Promise<ObjectUpload>
  /**
   * An address that takes this one part by PUT, of exactly this size, until expiry or the end of the upload. The same
   * part may be sent again: the last that arrived in full counts.
   */
  signPart(upload: ObjectUpload, part: UploadPart, options: SignPartOptions): Promise<SignedUrl>
  /** The parts that arrived in full, by number. Throws UploadNotFound once the upload has ended. */
  listParts(upload: ObjectUpload): Promise<readonly UploadPart[]>
  /**
   * Makes the parts one object, whatever their size at the cost of a few of them. From then on no address of the upload
   * works, and no PUT that still runs changes the object. Again after success: the same answer. Throws UploadIncomplete,
   * which leaves the upload as it is, UploadNotFound or InsufficientStorage.
   */
  completeUpload(upload: ObjectUpload, shape: UploadShape): Promise<ObjectInfo>
  /** Deletes what has arrived; its addresses no longer work. Idempotent; an object that it became stays. */
  abortUpload(upload: ObjectUpload): Promise<void>
  /**
   * Uploads that have not ended and began before then, for the sweep. The prefix is a whole key, or ends in "/"; MinIO
   * finds by whole keys alone, and gives up stale uploads by itself.
   */
  listUploads(prefix: string, olderThan: Date): AsyncIterable<UnfinishedUpload>
  /**
   * Renames inside the store, whatever the size: readers see the whole object under the one name or the other, for a
   * moment under both. Again after success: the same answer. Throws ObjectNotFound when neither is there.
   */
  move(key: string, to: string): Promise<ObjectInfo>
  /** What stands under a prefix, which ends in "/", in the order of the bytes of the keys. Uploads are not in it. */
  list(prefix: string): AsyncIterable<StoredObject>
}

export interface CreateUploadOptions {
  readonly mediaType?: string
}

export interface SignPartOptions {
  /** At most seven days. */
  readonly lifetimeSeconds: number
}

export interface ObjectUpload {
  readonly key: string
  /** The store's name for it: at most 1,000 characters of ASCII. */
  readonly uploadId: string
}

export interface UnfinishedUpload extends ObjectUpload {
  readonly createTime: Date
}

export interface UploadPart {
  /** From 1. */
  readonly number: number
  readonly sizeBytes: number
}

/** All parts but the last have the same size. */
export interface UploadShape {
  readonly sizeBytes: number
  readonly partSizeBytes: number
}

export interface StoredObject extends ObjectInfo {
  readonly changeTime: Date
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

/** The upload was never begun, or has been completed or given up. */
export class UploadNotFound extends Error {
  override readonly name = 'UploadNotFound'
  readonly key: string

  constructor(key: string, options?: ErrorOptions) {
    super(`no upload to ${key} is going on`, options)
    this.key = key
  }
}

/** Parts are missing, or are not of the size that the shape of the upload gives them. */
export class UploadIncomplete extends Error {
  override readonly name = 'UploadIncomplete'
  readonly key: string
  /** The first 100 of them, by number. */
  readonly missing: readonly number[]

  constructor(key: string, missing: readonly number[]) {
    super(`of the upload to ${key} parts are missing: ${missing.slice(0, 10).join(', ')}`)
    this.key = key
    this.missing = missing.slice(0, 100)
  }
}

/** The store has no room left. Nothing that it held is lost. */
export class InsufficientStorage extends Error {
  override readonly name = 'InsufficientStorage'
}

const MEBIBYTE = 1 << 20
/** Sent in one PUT up to here. */
const SINGLE_PART_BYTES = 64 * MEBIBYTE
const LEAST_PART_BYTES = 16 * MEBIBYTE
/** Of S3. */
const MOST_PARTS = 10_000

/** The shape of an upload of so many bytes, at least one. */
export function shapeOfUpload(sizeBytes: number): UploadShape {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1)
    throw new RangeError(`an upload of ${sizeBytes} bytes`)
  if (sizeBytes <= SINGLE_PART_BYTES) return { sizeBytes, partSizeBytes: sizeBytes }
  const least = Math.ceil(sizeBytes / MOST_PARTS / MEBIBYTE) * MEBIBYTE
  return { sizeBytes, partSizeBytes: Math.max(LEAST_PART_BYTES, least) }
}

export function partCountOf({ sizeBytes, partSizeBytes }: UploadShape): number {
  return Math.ceil(sizeBytes / partSizeBytes)
}

/** The part with this number, from 1. Throws RangeError for one that the upload does not have. */
export function partOf(shape: UploadShape, number: number): UploadPart {
  const count = partCountOf(shape)
  if (!Number.isInteger(number) || number < 1 || number > count) {
    throw new RangeError(`part ${number} of ${count}`)
  }
  const { sizeBytes, partSizeBytes } = shape
  return { number, sizeBytes: Math.min(partSizeBytes, sizeBytes - (number - 1) * partSizeBytes) }
}

/** Numbers of the parts that a completion would miss: absent, or of another size. */
export function missingParts(shape: UploadShape, arrived: readonly UploadPart[]): number[] {
  const sizes = new Map(arrived.map(({ number, sizeBytes }) => [number, sizeBytes]))
  const missing: number[] = []
  for (let number = 1; number <= partCountOf(shape); number += 1) {
    if (sizes.get(number) !== partOf(shape, number).sizeBytes) missing.push(number)
  }
  return missing
}

/**
 * Where what is released stands. Nothing else is ever given an address to be read by: content in quarantine is read by
 * the server alone.
 */
const RELEASED_PREFIXES = ['clean/', 'jobs/', 'datasets/']

/** Throws TypeError for a key that must not be signed for reading. Every store asks this before it signs. */
export function assertReleasedKey(key: string): void {
  assertObjectKey(key)
  if (!RELEASED_PREFIXES.some((prefix) => key.startsWith(prefix))) {
    throw new TypeError(`not released for reading: ${JSON.stringify(key)}`)
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
