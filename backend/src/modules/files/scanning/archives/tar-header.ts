/* Blocks of POSIX.1-2017, pax, "ustar Interchange Format", and what GNU tar adds to them. */

export const TAR_BLOCK_BYTES = 512

export interface TarHeader {
  /** Of what follows, without what fills its last block. */
  readonly sizeBytes: number
  /** One character: "0" for a file, "x" and "g" for what pax says of the next ones, "S" for GNU's sparse file. */
  readonly type: string
  /** Of a sparse file whose map goes on in the next block. */
  readonly extended: boolean
}

/** Whether a block is a header, by its checksum: old ones have no other mark. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < TAR_BLOCK_BYTES) return false
  const said = octal(block.subarray(148, 156))
  if (said === undefined) return false
  let sum = 8 * 0x20
  for (const [index, byte] of block.entries()) if (index < 148 || index >= 156) sum += byte
  return sum === said
}

/** Undefined for a size that cannot be. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const sizeBytes = sizeOf(block.subarray(124, 136))
  if (sizeBytes === undefined) return undefined
  const type = block.toString('latin1', 156, 157)
  return { sizeBytes, type, extended: type === 'S' && block[482] !== 0 }
}

/** "size" of pax's records ("27 size=8589934592\n"), which counts in place of the header's. */
export function paxSize(records: string): number | undefined {
  const size = /(?:^|\n)\d+ size=(\d+)\n/u.exec(records)?.[1]
  return size === undefined ? undefined : Number(size)
}

/** Octal digits, or GNU's binary with the highest bit set. */
function sizeOf(field: Buffer): number | undefined {
  if ((field[0] ?? 0) < 0x80) return octal(field)
  let size = (field[0] ?? 0) & 0x7f
  for (const byte of field.subarray(1)) size = size * 256 + byte
  return Number.isSafeInteger(size) ? size : undefined
}

function octal(field: Buffer): number | undefined {
  const digits = /^[ ]*([0-7]+)[ \0]*$/u.exec(field.toString('latin1'))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}
