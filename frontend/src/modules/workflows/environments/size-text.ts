const units: Readonly<Record<string, bigint>> = {
  B: 1n,
  kB: 1000n,
  MB: 1000n ** 2n,
  GB: 1000n ** 3n,
  TB: 1000n ** 4n,
  KiB: 1n << 10n,
  MiB: 1n << 20n,
  GiB: 1n << 30n,
  TiB: 1n << 40n,
}

const bySize = ['TiB', 'GiB', 'MiB', 'KiB', 'TB', 'GB', 'MB', 'kB', 'B'] as const

/** Without loss, as short as it gets: "512 MiB", "1.5 GiB", "10 GB". */
export function sizeText(bytes: bigint): string {
  return bySize
    .flatMap((name) => {
      const unit = units[name] ?? 1n
      const isExact = bytes >= unit && (bytes * 1000n) % unit === 0n
      return isExact ? [`${Number((bytes * 1000n) / unit) / 1000} ${name}`] : []
    })
    .reduce((shortest, text) => (text.length < shortest.length ? text : shortest), `${bytes} B`)
}

/** Bytes of "512 MiB" or "1.5 GB"; undefined for what is no size. */
export function parseSize(text: string): bigint | undefined {
  const [, number = '', unitName = ''] = /^(\d{1,15}(?:\.\d{1,3})?)\s*([a-z]+)$/i.exec(text.trim()) ?? []
  const unit = Object.entries(units).find(([name]) => name.toLowerCase() === unitName.toLowerCase())?.[1]
  if (unit === undefined) return undefined
  const [whole = '', fraction = ''] = number.split('.')
  return (BigInt(whole + fraction.padEnd(3, '0')) * unit) / 1000n
}
