/** What a field of type datetime-local shows of a time with its offset: the same time in UTC. Empty for another text. */
export function fieldFromTimeValue(value: string): string {
  const timeMs = /[zZ]$|[+-]\d\d:\d\d$/.test(value.trim()) ? Date.parse(value.trim()) : Number.NaN
  // Seconds where there are any, as the field itself writes them.
  return Number.isNaN(timeMs) ? '' : new Date(timeMs).toISOString().replace(/(:00)?\.000Z$|Z$/, '')
}

/** With its offset, as services take it; empty for a field that is not filled in. */
export function timeValueFromField(text: string): string {
  const timeMs = Date.parse(`${text}Z`)
  return Number.isNaN(timeMs) ? '' : new Date(timeMs).toISOString().replace('.000Z', 'Z')
}
