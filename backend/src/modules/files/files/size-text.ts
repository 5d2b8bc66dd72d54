const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes for people, in decimal units as the pages have them: "12 bytes", "150 MB", "107.4 GB". */
export function sizeText(bytes: bigint): string {
  if (bytes < 1000n) return bytes === 1n ? '1 byte' : `${bytes} bytes`
  let value = Number(bytes)
  let unit = ''
  for (const next of UNITS) {
    if (value < 999.95) break
    value /= 1000
    unit = next
  }
  return `${value.toFixed(1).replace(/\.0$/, '')} ${unit}`
}
