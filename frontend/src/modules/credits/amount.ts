/*
 * Amounts of credits are bigint in the smallest unit of their class: 12345n of a class with 2 decimals is 123.45.
 * Prices of one whole credit are bigint in millionths of their currency. Decimals exist on the page alone, and no
 * amount is ever a float on its way there or back.
 */

/** Largest amount of one transaction, in the smallest unit. */
export const maximumAmount = 10n ** 15n

/** Largest price of one whole credit, in millionths. */
const maximumPriceMicros = 10n ** 12n

const minus = '\u2212'

/** "1,234.50"; less than 0 with a minus sign. */
export function formatAmount(amount: bigint, decimals: number): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`
  return `${amount < 0n ? minus : ''}${whole}${fraction}`
}

/** "+1,234.50", "−1,234.50" or "0.00". */
export function formatChange(change: bigint, decimals: number): string {
  return `${change > 0n ? '+' : ''}${formatAmount(change, decimals)}`
}

/** As it is typed into a field: without grouping and without zeros at the end of the fraction. */
export function amountToText(amount: bigint, decimals: number): string {
  const text = formatAmount(amount, decimals).replaceAll(',', '').replace(minus, '-')
  return decimals === 0 ? text : text.replace(/\.?0+$/, '')
}

export type ParsedAmount =
  | { readonly amount: bigint; readonly problem?: undefined }
  | { readonly amount?: undefined; readonly problem: string }

export interface AmountLimits {
  /** Smallest that is good, in the smallest unit; default 1. */
  readonly minimum?: bigint
  /** Largest that is good, in the smallest unit; default 10^15. */
  readonly maximum?: bigint
}

const shape = /^([+-]?)(\d*)(?:\.(\d*))?$/
const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/

/**
 * Reads what someone typed, exactly: digits with a point, grouped by commas or spaces or not at all.
 * A comma that groups no thousands is refused, not guessed at.
 */
export function parseAmount(
  text: string,
  decimals: number,
  { minimum = 1n, maximum = maximumAmount }: AmountLimits = {},
): ParsedAmount {
  let typed = text.trim().replace(minus, '-')
  if (typed === '') return { problem: 'Enter an amount.' }
  if (/^[+-]?\d{1,3}(?:[\s\u00a0\u202f]\d{3})+(?:\.\d*)?$/.test(typed)) {
    typed = typed.replace(/[\s\u00a0\u202f]/g, '')
  }
  if (typed.includes(',')) {
    if (!grouped.test(typed)) return { problem: 'Write decimals after a point, such as 1234.5.' }
    typed = typed.replaceAll(',', '')
  }
  const [match, sign = '', whole = '', fraction = ''] = shape.exec(typed) ?? []
  if (match === undefined || whole + fraction === '') return { problem: 'This is not a number.' }
  if (fraction.length > decimals) {
    return {
      problem:
        decimals === 0 ? 'Whole numbers only.' : `At most ${decimals} decimal${decimals === 1 ? '' : 's'}.`,
    }
  }
  // Leading zeros are harmless, but a megabyte of digits is not.
  if (whole.replace(/^0+/, '').length > 20) return { problem: tooMuch(maximum, decimals) }
  const size = BigInt((whole || '0') + fraction.padEnd(decimals, '0'))
  const amount = sign === '-' ? -size : size
  if (amount < minimum) {
    if (minimum === 1n) return { problem: 'More than 0.' }
    return {
      problem: minimum === 0n ? 'Not less than 0.' : `At least ${formatAmount(minimum, decimals)}.`,
    }
  }
  if (amount > maximum) return { problem: tooMuch(maximum, decimals) }
  return { amount }
}

function tooMuch(maximum: bigint, decimals: number): string {
  return `At most ${formatAmount(maximum, decimals)}.`
}

/** Price of one credit with what decimals it needs, two at least: "EUR 0.035", "EUR 12.00". */
export function formatPrice(micros: bigint, currencyCode: string): string {
  const text = formatAmount(micros, 6).replace(/0{1,4}$/, '')
  return currencyCode === '' ? text : `${currencyCode} ${text}`
}

/** Reads a price of one whole credit, from 0 on. */
export function parsePrice(text: string): ParsedAmount {
  const parsed = parseAmount(text, 6, { minimum: 0n, maximum: maximumPriceMicros })
  return parsed.problem === 'Enter an amount.' ? { problem: 'Enter a price; 0 for a gift.' } : parsed
}

/** What so many credits cost, in hundredths of the currency, rounded to the nearest, half up. */
export function totalPriceCents(amount: bigint, decimals: number, priceMicros: bigint): bigint {
  const unit = 10n ** BigInt(decimals + 4)
  return (amount * priceMicros * 2n + unit) / (unit * 2n)
}

/** "EUR 1,234.50" for what so many credits cost. */
export function formatTotalPrice(
  amount: bigint,
  decimals: number,
  priceMicros: bigint,
  currencyCode: string,
): string {
  const text = formatAmount(totalPriceCents(amount, decimals, priceMicros), 2)
  return currencyCode === '' ? text : `${currencyCode} ${text}`
}
