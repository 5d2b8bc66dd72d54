const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, three significant digits: 1 234 567 bytes are "1.23 MB". */
export function formatBytes(bytes: bigint | number): string {
  let value = Number(bytes)
  if (value === 1) return '1 byte'
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${units[unit]}`
}
