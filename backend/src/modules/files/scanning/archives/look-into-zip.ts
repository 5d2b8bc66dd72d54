import { refused } from './archive-refused.ts'
import type { ByteReader } from './byte-reader.ts'
import { inflateEntry } from './inflate-entry.ts'
import type { Look } from './look.ts'
import { storedEntry } from './stored-entry.ts'
import {
  centralEntry,
  hasDescriptor,
  isEncrypted,
  localEntry,
  signatures,
  type ZipEntry,
} from './zip-records.ts'

const STORED = 0
const DEFLATED = 8

/**
 * Each entry, in its order, and then the directory, which must name just these entries: programs read an archive by
 * the one or by the other. The readers that there are want to seek, and to read the content a second time.
 */
export async function lookIntoZip(reader: ByteReader, look: Look): Promise<void> {
  const base = reader.position
  /** By where they begin, what the directory must say of them. */
  const entries = new Map<number, string>()
  for (;;) {
    const position = reader.position - base
    const head = await reader.peek(4)
    if (head.length < 4) throw refused.damaged()
    switch (head.readUInt32LE()) {
      case signatures.local: {
        look.entry()
        const entry = await readLocal(reader)
        entries.set(position, sayingOf(entry))
        await readContent(reader, entry, look)
        break
      }
      case signatures.central: {
        const entry = await readCentral(reader)
        if (entries.get(entry.offset) !== sayingOf(entry)) throw refused.lies()
        entries.delete(entry.offset)
        break
      }
      case signatures.extraData:
        await skip(reader, 8 + (await fixed(reader, 8)).readUInt32LE(4))
        break
      case signatures.digital:
        await skip(reader, 6 + (await fixed(reader, 6)).readUInt16LE(4))
        break
      case signatures.zip64End:
        await skip(reader, 12 + Number((await fixed(reader, 12)).readBigUInt64LE(4)))
        break
      case signatures.zip64Locator:
        await skip(reader, 20)
        break
      case signatures.end:
        await skip(reader, 22 + (await fixed(reader, 22)).readUInt16LE(20))
        if (entries.size > 0) throw refused.lies()
        return await expectNothing(reader)
      default:
        throw refused.damaged()
    }
  }
}

/** What local header and directory must say alike. Sizes may stand in the directory alone. */
function sayingOf({ flags, method, name }: ZipEntry): string {
  return `${flags & 1}:${method}:${name}`
}

async function readLocal(reader: ByteReader): Promise<ZipEntry> {
  const bytes = Buffer.from(await fixed(reader, 30))
  await skip(reader, 30)
  const [name, extra] = await readTail(reader, bytes.readUInt16LE(26), bytes.readUInt16LE(28))
  return localEntry(bytes, name, extra)
}

async function readCentral(reader: ByteReader): Promise<ReturnType<typeof centralEntry>> {
  const bytes = Buffer.from(await fixed(reader, 46))
  await skip(reader, 46)
  const [name, extra] = await readTail(reader, bytes.readUInt16LE(28), bytes.readUInt16LE(30))
  await skip(reader, bytes.readUInt16LE(32))
  return centralEntry(bytes, name, extra)
}

async function readTail(
  reader: ByteReader,
  nameBytes: number,
  extraBytes: number,
): Promise<[Buffer, Buffer]> {
  const tail = await reader.read(nameBytes + extraBytes)
  if (tail === undefined) throw refused.damaged()
  return [tail.subarray(0, nameBytes), tail.subarray(nameBytes)]
}

async function readContent(reader: ByteReader, entry: ZipEntry, look: Look): Promise<void> {
  const begin = reader.position
  const sizesFollow = hasDescriptor(entry) && entry.compressedBytes === 0
  const unreadable = isEncrypted(entry) || (entry.method !== STORED && entry.method !== DEFLATED)
  if (isEncrypted(entry)) look.encrypted()
  if (unreadable) {
    look.unread(entry.unpackedBytes)
    if (sizesFollow) for await (const chunk of storedEntry(reader)) look.unread(chunk.length)
    else await skip(reader, entry.compressedBytes)
  } else if (entry.method === DEFLATED) {
    await look.inside(inflateEntry(reader))
    if (!sizesFollow && reader.position - begin !== entry.compressedBytes) throw refused.lies()
  } else if (sizesFollow) {
    await look.inside(storedEntry(reader))
  } else {
    await look.inside(reader.take(entry.compressedBytes))
  }
  const compressedBytes = reader.position - begin
  if (!sizesFollow && compressedBytes !== entry.compressedBytes) throw refused.damaged()
  if (hasDescriptor(entry)) await readDescriptor(reader, compressedBytes)
}

/** CRC-32 and both sizes (4.3.9): with or without a signature, in 4 bytes each or in 8. */
async function readDescriptor(reader: ByteReader, compressedBytes: number): Promise<void> {
  const bytes = await reader.peek(24)
  const signed = bytes.length >= 4 && bytes.readUInt32LE() === signatures.descriptor ? 4 : 0
  const sizes = signed + 4
  if (bytes.length >= sizes + 16 && Number(bytes.readBigUInt64LE(sizes)) === compressedBytes)
    return await skip(reader, sizes + 16)
  if (bytes.length >= sizes + 8 && bytes.readUInt32LE(sizes) === compressedBytes)
    return await skip(reader, sizes + 8)
  throw refused.lies()
}

/** Some programs fill the last block with zeros. */
async function expectNothing(reader: ByteReader): Promise<void> {
  for await (const chunk of reader.rest()) if (chunk.some((byte) => byte !== 0)) throw refused.lies()
}

async function fixed(reader: ByteReader, bytes: number): Promise<Buffer> {
  const head = await reader.peek(bytes)
  if (head.length < bytes) throw refused.damaged()
  return head
}

async function skip(reader: ByteReader, bytes: number): Promise<void> {
  const end = reader.position + bytes
  for await (const _ of reader.take(bytes));
  if (reader.position < end) throw refused.damaged()
}
