/** Metres per second. */
const speedOfLight = 299_792_458

const lengths = [
  ['m', 1],
  ['mm', 1e-3],
  ['µm', 1e-6],
  ['nm', 1e-9],
  ['pm', 1e-12],
] as const

const frequencies = [
  ['PHz', 1e15],
  ['THz', 1e12],
  ['GHz', 1e9],
  ['MHz', 1e6],
  ['kHz', 1e3],
  ['Hz', 1],
] as const

function scaled(value: number, units: readonly (readonly [string, number])[], digits: number): string {
  const [unit, size] = units.find(([, candidate]) => value >= candidate) ?? units[units.length - 1] ?? ['', 1]
  return `${Number((value / size).toPrecision(digits))} ${unit}`
}

/** A wavelength in metres as people say it: "500 nm", "2.1 mm". */
export function formatWavelength(metres: number, digits = 4): string {
  return scaled(metres, lengths, digits)
}

/** The frequency in vacuum of a wavelength in metres: "1.42 GHz". */
export function formatFrequencyOf(metres: number, digits = 4): string {
  return scaled(speedOfLight / metres, frequencies, digits)
}
