import type { Readable } from 'node:stream'
import type { ByteSource } from '../fits/source/byte-source.ts'
import { assertReleasedKey } from './objects.ts'

/** Where a file stands, and in which state. Plain JSON: it is handed to the processes that run jobs. */
export interface DatasetLocation {
  /** An absolute path, s3://bucket/key, or object:key in Fairlead's own store. */
  readonly address: string
  /** Changes when the file does: its modification time in nanoseconds, or the store's ETag; "final" in its own store. */
  readonly version: string
  readonly sizeBytes: number
}

const OBJECT_PREFIX = 'object:'
/** What is released under a key stays as it is until it is deleted. */
const FINAL = 'final'

/** Of content in Fairlead's own store. Throws TypeError for a key that is not released. */
export function objectLocation(key: string, sizeBytes: number): DatasetLocation {
  assertReleasedKey(key)
  return { address: `${OBJECT_PREFIX}${key}`, version: FINAL, sizeBytes }
}

/** Undefined for an address elsewhere. */
export function objectKeyOf(address: string): string | undefined {
  return address.startsWith(OBJECT_PREFIX) ? address.slice(OBJECT_PREFIX.length) : undefined
}

/** The files of datasets, wherever they stand: Fairlead reads them and never writes. */
export interface DatasetFiles {
  /** Opens what was registered. Throws DatasetUnavailable when it is gone or is another file by now. */
  open(location: DatasetLocation, options?: OpenDatasetOptions): Promise<ByteSource>
  /** Opens what stands at an address now. Throws DatasetUnavailable. */
  openCurrent(address: string, options?: OpenDatasetOptions): Promise<CurrentFile>
  /**
   * Files below a folder or a prefix that ends in "/", at any depth, in the order of their addresses; an
   * address of a file is answered as it is. Throws DatasetUnavailable.
   */
  find(address: string, options?: OpenDatasetOptions): Promise<readonly DatasetLocation[]>
}

export interface OpenDatasetOptions {
  readonly signal?: AbortSignal | undefined
  /** Read local files on the calling thread: for processes that do nothing else meanwhile. */
  readonly blocking?: boolean
}

export interface CurrentFile {
  readonly location: DatasetLocation
  /** The caller's to close. */
  readonly source: ByteSource
  /** The whole content, in order. */
  stream(): Promise<Readable>
}

/** A file cannot be read where it was registered. The message is meant for people and ends in the way out. */
export class DatasetUnavailable extends Error {
  override readonly name = 'DatasetUnavailable'
}
