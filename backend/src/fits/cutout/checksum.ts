/** Words summed before their byte lanes are emptied: 256 x 255 is the most that 16 bits hold. */
const LANE_WORDS = 256

/** The 32-bit ones'-complement sum of FITS 4.0, section 4.4.2.7, of bytes that come in pieces. */
export class OnesComplementSum {
  /** Sums of the bytes at positions 0 to 3 within a word; exact up to 2^53. */
  readonly #lanes: [number, number, number, number] = [0, 0, 0, 0]
  #position = 0

  add(bytes: Uint8Array): void {
    let at = 0
    for (; at < bytes.length && this.#position % 4 !== 0; at++) this.#addByte(bytes[at] as number)
    const words = Math.floor((bytes.length - at) / 4)
    if ((bytes.byteOffset + at) % 4 === 0)
      this.#addWords(new Uint32Array(bytes.buffer, bytes.byteOffset + at, words))
    else this.#addWords(new Uint32Array(bytes.slice(at, at + 4 * words).buffer))
    this.#position += 4 * words
    for (at += 4 * words; at < bytes.length; at++) this.#addByte(bytes[at] as number)
  }

  value(): number {
    const [a, b, c, d] = this.#lanes
    let sum = (BigInt(a) << 24n) + (BigInt(b) << 16n) + (BigInt(c) << 8n) + BigInt(d)
    while (sum >> 32n > 0n) sum = (sum & 0xffffffffn) + (sum >> 32n)
    return Number(sum)
  }

  #addByte(byte: number): void {
    const lane = (this.#position++ % 4) as 0 | 1 | 2 | 3
    this.#lanes[lane] += byte
  }

  /** Words as this machine's byte order reads them: two sums of two 16-bit lanes each, unpacked now and then. */
  #addWords(words: Uint32Array): void {
    const lanes: [number, number, number, number] = [0, 0, 0, 0]
    for (let start = 0; start < words.length; start += LANE_WORDS) {
      const end = Math.min(words.length, start + LANE_WORDS)
      let even = 0
      let odd = 0
      for (let i = start; i < end; i++) {
        const word = words[i] as number
        even = (even + (word & 0x00ff00ff)) | 0
        odd = (odd + ((word >>> 8) & 0x00ff00ff)) | 0
      }
      lanes[0] += even & 0xffff
      lanes[1] += odd & 0xffff
      lanes[2] += even >>> 16
      lanes[3] += odd >>> 16
    }
    if (!LITTLE_ENDIAN) lanes.reverse()
    for (const lane of [0, 1, 2, 3] as const) this.#lanes[lane] += lanes[lane]
  }
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The sixteen characters of CHECKSUM that make an HDU's own sum come out as all ones (appendix J). */
export function encodeChecksum(sum: number): string {
  const complement = ~sum >>> 0
  const encoded = new Array<number>(16)
  for (let i = 0; i < 4; i++) {
    const byte = (complement >>> (24 - 8 * i)) & 0xff
    const quotient = Math.floor(byte / 4) + 0x30
    const characters = [quotient + (byte % 4), quotient, quotient, quotient]
    // Punctuation between the digits and the letters is stepped over in pairs, which leaves the sum as it is.
    while (characters.some((code) => PUNCTUATION.has(code))) {
      for (const j of [0, 2]) {
        if (PUNCTUATION.has(characters[j] as number) || PUNCTUATION.has(characters[j + 1] as number)) {
          characters[j] = (characters[j] as number) + 1
          characters[j + 1] = (characters[j + 1] as number) - 1
        }
      }
    }
    for (let j = 0; j < 4; j++) encoded[4 * j + i] = characters[j] as number
  }
  // The value begins at column 12 of its card, so the string is turned right by one character.
  const text = String.fromCharCode(...encoded)
  return text.slice(-1) + text.slice(0, -1)
}

const PUNCTUATION = new Set([0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60])
