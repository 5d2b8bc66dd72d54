import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { TrackFix } from '../connections/track-fix.ts'
import type { EpisodePart, FixKey } from './episode-part.ts'

/* Files of parts: records one after the other, in the order of compareParts. */

/** Device; time, latitude and longitude. */
const FIX_BYTES = 4 + 3 * 8
/** The pair; start, end and closest distance; two fixes; four counts. */
const HEAD_BYTES = 2 * 4 + 3 * 8 + 2 * FIX_BYTES + 4 * 4
/** Device and time. */
const KEY_BYTES = 4 + 8
const WRITTEN_BYTES = 1024 ** 2
const READ_BYTES = 64 * 1024

export function writeParts(path: string, parts: Iterable<EpisodePart>): void {
  const file = openSync(path, 'wx')
  try {
    let buffer = Buffer.allocUnsafe(WRITTEN_BYTES)
    let end = 0
    for (const part of parts) {
      const bytes = HEAD_BYTES + KEY_BYTES * (part.own.shared.length + part.other.shared.length)
      if (end + bytes > buffer.length) {
        writeAll(file, buffer, end)
        end = 0
        if (bytes > buffer.length) buffer = Buffer.allocUnsafe(bytes)
      }
      writePart(buffer, end, part)
      end += bytes
    }
    writeAll(file, buffer, end)
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, buffer: Buffer, length: number): void {
  for (let written = 0; written < length; ) written += writeSync(file, buffer, written, length - written)
}

function writePart(buffer: Buffer, start: number, part: EpisodePart): void {
  const { own, other, closest } = part
  let at = buffer.writeInt32LE(part.personNo, start)
  at = buffer.writeInt32LE(part.otherPersonNo, at)
  at = buffer.writeDoubleLE(part.startMs, at)
  at = buffer.writeDoubleLE(part.endMs, at)
  at = buffer.writeDoubleLE(closest.distanceM, at)
  for (const fix of [closest.own, closest.other]) {
    at = buffer.writeInt32LE(fix.deviceNo, at)
    at = buffer.writeDoubleLE(fix.timeMs, at)
    at = buffer.writeDoubleLE(fix.latitude, at)
    at = buffer.writeDoubleLE(fix.longitude, at)
  }
  for (const count of [own.count, own.shared.length, other.count, other.shared.length]) {
    at = buffer.writeUInt32LE(count, at)
  }
  for (const { deviceNo, timeMs } of [...own.shared, ...other.shared]) {
    at = buffer.writeInt32LE(deviceNo, at)
    at = buffer.writeDoubleLE(timeMs, at)
  }
}

/** Reads a file of parts, a little at a time. */
export class PartReader {
  readonly sizeBytes: number
  readonly #file: number
  #buffer = Buffer.allocUnsafe(READ_BYTES)
  #start = 0
  #end = 0
  #readBytes = 0

  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.sizeBytes = fstatSync(this.#file).size
  }

  /** Of the parts that it gave. */
  get doneBytes(): number {
    return this.#readBytes - (this.#end - this.#start)
  }

  /** Undefined after the last one. */
  next(): EpisodePart | undefined {
    if (!this.#has(HEAD_BYTES)) {
      if (this.#end > this.#start) throw new Error('a file of parts ends within one')
      return undefined
    }
    const head = this.#start
    const ownShared = this.#buffer.readUInt32LE(head + HEAD_BYTES - 12)
    const otherShared = this.#buffer.readUInt32LE(head + HEAD_BYTES - 4)
    const bytes = HEAD_BYTES + KEY_BYTES * (ownShared + otherShared)
    if (!this.#has(bytes)) throw new Error('a file of parts ends within one')
    const part = readPart(this.#buffer, this.#start, ownShared, otherShared)
    this.#start += bytes
    return part
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Whether so many bytes follow; then they are in the buffer. */
  #has(bytes: number): boolean {
    if (this.#end - this.#start >= bytes) return true
    const rest = this.#buffer.subarray(this.#start, this.#end)
    const buffer = Buffer.allocUnsafe(Math.max(READ_BYTES, bytes))
    rest.copy(buffer)
    this.#buffer = buffer
    this.#start = 0
    this.#end = rest.length
    while (this.#end < bytes) {
      const read = readSync(this.#file, buffer, this.#end, buffer.length - this.#end, null)
      if (read === 0) return false
      this.#end += read
      this.#readBytes += read
    }
    return true
  }
}

function readPart(buffer: Buffer, start: number, ownShared: number, otherShared: number): EpisodePart {
  const personNo = buffer.readInt32LE(start)
  const otherPersonNo = buffer.readInt32LE(start + 4)
  const ownAt = start + 32
  const keysAt = start + HEAD_BYTES
  return {
    personNo,
    otherPersonNo,
    startMs: buffer.readDoubleLE(start + 8),
    endMs: buffer.readDoubleLE(start + 16),
    closest: {
      own: readFix(buffer, ownAt, personNo),
      other: readFix(buffer, ownAt + FIX_BYTES, otherPersonNo),
      distanceM: buffer.readDoubleLE(start + 24),
    },
    own: {
      count: buffer.readUInt32LE(start + HEAD_BYTES - 16),
      shared: readKeys(buffer, keysAt, ownShared),
    },
    other: {
      count: buffer.readUInt32LE(start + HEAD_BYTES - 8),
      shared: readKeys(buffer, keysAt + KEY_BYTES * ownShared, otherShared),
    },
  }
}

function readFix(buffer: Buffer, at: number, personNo: number): TrackFix {
  return {
    personNo,
    deviceNo: buffer.readInt32LE(at),
    timeMs: buffer.readDoubleLE(at + 4),
    latitude: buffer.readDoubleLE(at + 12),
    longitude: buffer.readDoubleLE(at + 20),
    // What is near was decided by it, and nothing else depends on it.
    accuracyM: 0,
  }
}

function readKeys(buffer: Buffer, at: number, count: number): FixKey[] {
  return Array.from({ length: count }, (_, index) => ({
    deviceNo: buffer.readInt32LE(at + index * KEY_BYTES),
    timeMs: buffer.readDoubleLE(at + index * KEY_BYTES + 4),
  }))
}
