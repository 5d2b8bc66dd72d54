/** An amount as its class shows it: 123456 with 2 decimals is "1,234.56". */
export function amountText(amount: bigint, decimals: number): string {
  const digits = String(amount).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
}

/** The unit of a class after an amount, as pages say it: "credit" is "credits", "kWh" stays as it is. */
export function unitText(unit: string): string {
  return /[a-z]{3}$/.test(unit) && !unit.endsWith('s') ? `${unit}s` : unit
}
