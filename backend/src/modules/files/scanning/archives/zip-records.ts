/* Records of APPNOTE.TXT 6.3.10, section 4.3. */

export const signatures = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  extraData: 0x08064b50,
  central: 0x02014b50,
  zip64End: 0x06064b50,
  zip64Locator: 0x07064b50,
  digital: 0x05054b50,
  end: 0x06054b50,
} as const

const UNKNOWN_32 = 0xffffffff

export interface ZipEntry {
  readonly flags: number
  readonly method: number
  readonly compressedBytes: number
  readonly unpackedBytes: number
  readonly zip64: boolean
  /** As it stands there, byte for byte. */
  readonly name: string
}

/** A local header (4.3.7): 30 bytes, then name and extra field. */
export function localEntry(fixed: Buffer, name: Buffer, extra: Buffer): ZipEntry {
  const compressed = fixed.readUInt32LE(18)
  const unpacked = fixed.readUInt32LE(22)
  const wide = zip64Field(extra, [unpacked === UNKNOWN_32, compressed === UNKNOWN_32])
  return {
    flags: fixed.readUInt16LE(6),
    method: fixed.readUInt16LE(8),
    unpackedBytes: wide?.[0] ?? unpacked,
    compressedBytes: wide?.[1] ?? compressed,
    zip64: wide !== undefined,
    name: name.toString('latin1'),
  }
}

/** What an entry of the directory (4.3.12) says: 46 bytes, then name and extra field. */
export function centralEntry(
  fixed: Buffer,
  name: Buffer,
  extra: Buffer,
): ZipEntry & { readonly offset: number } {
  const compressed = fixed.readUInt32LE(20)
  const unpacked = fixed.readUInt32LE(24)
  const offset = fixed.readUInt32LE(42)
  const wide = zip64Field(
    extra,
    [unpacked, compressed, offset].map((value) => value === UNKNOWN_32),
  )
  return {
    flags: fixed.readUInt16LE(8),
    method: fixed.readUInt16LE(10),
    unpackedBytes: wide?.[0] ?? unpacked,
    compressedBytes: wide?.[1] ?? compressed,
    offset: wide?.[2] ?? offset,
    zip64: wide !== undefined,
    name: name.toString('latin1'),
  }
}

/** The values that did not fit, in their order (4.5.3). */
function zip64Field(extra: Buffer, wanted: readonly boolean[]): (number | undefined)[] | undefined {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) {
      let next = at + 4
      const end = Math.min(extra.length, next + length)
      return wanted.map((isWanted) => {
        if (!isWanted || next + 8 > end) return undefined
        const value = Number(extra.readBigUInt64LE(next))
        next += 8
        return value
      })
    }
    at += 4 + length
  }
  return undefined
}

/** Bit 0: encrypted; bit 6: strongly; bit 13: the directory itself. */
export function isEncrypted({ flags }: ZipEntry): boolean {
  return (flags & 0b10_0000_0100_0001) !== 0
}

/** Bit 3: sizes follow the content. */
export function hasDescriptor({ flags }: ZipEntry): boolean {
  return (flags & 0b1000) !== 0
}
