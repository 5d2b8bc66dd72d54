export interface ClassTotal {
  /** "creditClasses/{code}" */
  readonly creditClass: string
  readonly amount: bigint
}

/** What amounts come to in each class, by the class's name. */
export function totalsByClass(parts: readonly ClassTotal[]): ClassTotal[] {
  const totals = new Map<string, bigint>()
  for (const { creditClass, amount } of parts) {
    totals.set(creditClass, (totals.get(creditClass) ?? 0n) + amount)
  }
  return [...totals]
    .map(([creditClass, amount]) => ({ creditClass, amount }))
    .sort((one, other) => one.creditClass.localeCompare(other.creditClass))
}
