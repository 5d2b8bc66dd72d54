/** An amount of the smallest unit as a decimal number: 12345 of a class with 2 decimals is "123.45". */
export function decimalAmount(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
