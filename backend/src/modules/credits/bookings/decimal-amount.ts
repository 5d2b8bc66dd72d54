import { decimalOf } from '../export/index.ts'
import { AMOUNT_MAX } from '../ledger/transaction.ts'

export type DecimalAmount = { readonly amount: bigint } | { readonly problem: string }

const shape = /^(-?)(\d+)(?:[.](\d+))?$/u

/**
 * Reads "1234.5" of a class with 2 decimals as 123450n, exactly. Whatever else a spreadsheet may have made of the
 * number, grouped, rounded or with an exponent, is refused and not guessed at.
 */
export function decimalAmount(text: string, decimals: number): DecimalAmount {
  const [, sign, whole, fraction = ''] = shape.exec(text) ?? []
  if (whole === undefined) {
    if (text === '') return { problem: 'is missing.' }
    if (/[,\s\u00a0\u202f]/u.test(text)) {
      return { problem: 'must be written without spaces or commas, with a point before decimals: 1234.5.' }
    }
    return { problem: 'must be a decimal number such as 1234.5.' }
  }
  if (fraction.length > decimals) {
    const allowed = decimals === 0 ? 'none' : `at most ${decimals}`
    return { problem: `has ${fraction.length} decimals; this class has ${allowed}.` }
  }
  const digits = `${whole}${fraction.padEnd(decimals, '0')}`.replace(/^0+(?=\d)/u, '')
  // No number that is too large anyway is made of thousands of digits.
  const amount = digits.length > 18 ? AMOUNT_MAX + 1n : BigInt(digits)
  if (amount === 0n) return { problem: 'must not be 0.' }
  if (amount > AMOUNT_MAX) return { problem: `must be at most ${decimalOf(AMOUNT_MAX, decimals)}.` }
  return { amount: sign === '-' ? -amount : amount }
}
