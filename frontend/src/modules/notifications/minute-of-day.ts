/** "22:00" of 1320, minutes after midnight. */
export function formatMinute(minute: number): string {
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

/** Minutes after midnight of "22:00"; undefined when it is no time of day. */
export function parseMinute(text: string): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim())
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2])
}

/** From a time of day to another, over midnight when it is earlier; minutes, [0, 1440). */
export function minutesBetween(startMinute: number, endMinute: number): number {
  return (endMinute - startMinute + 1440) % 1440
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
