import { formatFrequencyOf, formatWavelength } from './spectral'

/** The ends of an interval as typed; an empty one is open. */
export interface Ends {
  readonly lower: string
  readonly upper: string
}

const infinite = /^[+-]?inf(inity)?$/i

/** "lower upper" (DALI 1.1, section 3.3.4). */
export function readInterval(value: string): Ends {
  const [lower = '', upper = ''] = value.trim().split(/\s+/)
  return { lower: infinite.test(lower) ? '' : lower, upper: infinite.test(upper) ? '' : upper }
}

export function writeInterval({ lower, upper }: Ends): string {
  const ends = { lower: lower.trim().replace(/\s+/g, ''), upper: upper.trim().replace(/\s+/g, '') }
  if (ends.lower === '' && ends.upper === '') return ''
  return `${ends.lower || '-Inf'} ${ends.upper || '+Inf'}`
}

/** What is wrong with it, in one sentence. */
export function problemWithInterval(value: string): string | undefined {
  const { lower, upper } = readInterval(value)
  const [from, to] = [lower === '' ? -Infinity : Number(lower), upper === '' ? Infinity : Number(upper)]
  if (Number.isNaN(from) || Number.isNaN(to))
    return 'Give numbers, such as 5e-7; leave an end empty to keep it open.'
  return from > to ? 'The lower end must not be above the upper.' : undefined
}

/** An interval of wavelengths in metres in the units that people use; undefined without a wavelength in it. */
export function describeWavelengths(value: string): string | undefined {
  const { lower, upper } = readInterval(value)
  const [from, to] = [Number(lower), Number(upper)]
  const hasLower = lower !== '' && from > 0 && Number.isFinite(from)
  const hasUpper = upper !== '' && to > 0 && Number.isFinite(to)
  if (hasLower && hasUpper) {
    return `${formatWavelength(from)} to ${formatWavelength(to)}, which is ${formatFrequencyOf(to)} to ${formatFrequencyOf(from)}`
  }
  if (hasLower) return `from ${formatWavelength(from)}, which is up to ${formatFrequencyOf(from)}`
  if (hasUpper) return `up to ${formatWavelength(to)}, which is from ${formatFrequencyOf(to)}`
  return undefined
}
