/**
 * The unit of a class after an amount: "credit" is "credits", "GPU hour" is "GPU hours"; a symbol such as "kWh" and
 * what is a plural already stay as they are.
 */
export function unitText(unit: string): string {
  return /[a-z]{3}$/.test(unit) && !unit.endsWith('s') ? `${unit}s` : unit
}
