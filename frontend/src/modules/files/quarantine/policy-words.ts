const DAY_S = 86_400n

/** "30 days", or as many seconds where they are no whole days. */
export function lifetimeText(seconds: bigint): string {
  if (seconds % DAY_S !== 0n) return `${seconds.toLocaleString('en')} s`
  const days = seconds / DAY_S
  return days === 1n ? '1 day' : `${days.toLocaleString('en')} days`
}

/** Media types as typed, one a line or between commas, in lower case and each once. */
export function mediaTypesOf(text: string): string[] {
  const types = text
    .split(/[\s,;]+/)
    .map((type) => type.toLowerCase())
    .filter((type) => type !== '')
  return [...new Set(types)]
}
