const units: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }

/** Bytes of what a builder printed: "253144555", "253 MB". Undefined when it is neither. */
export function imageSize(printed: string): number | undefined {
  const match = /^([\d.]+)\s*([KMG]?B)?$/i.exec(printed.trim())
  const unit = units[(match?.[2] ?? 'B').toUpperCase()]
  const size = Number(match?.[1])
  return match === null || unit === undefined || Number.isNaN(size) ? undefined : size * unit
}
