/** Degrees as the unit that suits them: "12.3°", "4.56′", "0.789″". */
export function formatAngle(degrees: number): string {
  const size = Math.abs(degrees)
  if (size >= 1) return `${digits(degrees)}°`
  if (size >= 1 / 60) return `${digits(degrees * 60)}′`
  return `${digits(degrees * 3600)}″`
}

function digits(value: number): string {
  return Number(value.toPrecision(3)).toString()
}

/** Right ascension in hours: "14h 03m 12.58s". Rounds before splitting, so that 60 seconds never show. */
export function formatHours(raDeg: number): string {
  const hundredths = Math.round((((raDeg % 360) + 360) % 360) * 24_000) % 8_640_000
  const seconds = (hundredths % 6_000) / 100
  const minutes = Math.floor(hundredths / 6_000) % 60
  const hours = Math.floor(hundredths / 360_000)
  return `${pad(hours)}h ${pad(minutes)}m ${seconds.toFixed(2).padStart(5, '0')}s`
}

/** Declination: "+54° 20′ 55.3″". */
export function formatDegrees(decDeg: number): string {
  const tenths = Math.round(Math.abs(decDeg) * 36_000)
  const seconds = (tenths % 600) / 10
  const minutes = Math.floor(tenths / 600) % 60
  const degrees = Math.floor(tenths / 36_000)
  const sign = decDeg < 0 && tenths > 0 ? '−' : '+'
  return `${sign}${pad(degrees)}° ${pad(minutes)}′ ${seconds.toFixed(1).padStart(4, '0')}″`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
