const BYTES_IN_GIGABYTE = 1_000_000_000n

/** Exactly, without zeros at the end: 107374182400 bytes are "107.3741824". */
export function gigabytesText(bytes: bigint): string {
  const whole = bytes / BYTES_IN_GIGABYTE
  const rest = (bytes % BYTES_IN_GIGABYTE).toString().padStart(9, '0').replace(/0+$/, '')
  return rest === '' ? whole.toString() : `${whole}.${rest}`
}

/** Bytes of what was typed, such as "1.5" or "1,000"; undefined for what is no number of whole bytes. */
export function parseGigabytes(text: string): bigint | undefined {
  const [, whole, rest = ''] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text.replaceAll(/[,\s]/g, '')) ?? []
  if (whole === undefined) return undefined
  return BigInt(whole) * BYTES_IN_GIGABYTE + BigInt(rest.padEnd(9, '0'))
}
