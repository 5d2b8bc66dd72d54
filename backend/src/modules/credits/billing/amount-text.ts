/** An amount as its class shows it, without group separators: 12345 with 2 decimals is "123.45". */
export function amountText(amount: bigint, decimals: number): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(decimals + 1, '0')
  const sign = amount < 0n ? '-' : ''
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** The unit of a class after an amount, as pages say it: "credit" is "credits", "kWh" stays as it is. */
export function unitText(unit: string): string {
  return /[a-z]{3}$/.test(unit) && !unit.endsWith('s') ? `${unit}s` : unit
}
