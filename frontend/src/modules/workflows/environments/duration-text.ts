const units: readonly (readonly [string, bigint])[] = [
  ['d', 86_400n],
  ['h', 3600n],
  ['min', 60n],
  ['s', 1n],
]

/** Whole seconds without loss: "1 h 30 min". */
export function durationText(seconds: bigint): string {
  let rest = seconds
  const parts: string[] = []
  for (const [name, size] of units) {
    if (rest >= size) parts.push(`${rest / size} ${name}`)
    rest %= size
  }
  return parts.length === 0 ? '0 s' : parts.join(' ')
}

/** Seconds of "90 min" or "1 h 30 min"; undefined for what is no duration. */
export function parseDuration(text: string): bigint | undefined {
  const parts = [...text.trim().matchAll(/(\d{1,7})\s*(d|h|min|s)(?:\s+|$)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return undefined
  return parts.reduce(
    (sum, [, number = '0', unit]) =>
      sum + BigInt(number) * (units.find(([name]) => name === unit)?.[1] ?? 0n),
    0n,
  )
}
