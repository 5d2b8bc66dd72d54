/** The parts that a file goes in: all of one size, but for the last. Numbers are from 1. */
export interface PartPlan {
  readonly sizeBytes: number
  readonly partSizeBytes: number
  readonly partCount: number
}

/** Where a part begins and ends in its file, bytes. */
export function partRange(plan: PartPlan, number: number): { start: number; end: number } {
  const start = (number - 1) * plan.partSizeBytes
  return { start, end: Math.min(plan.sizeBytes, start + plan.partSizeBytes) }
}

export function partBytes(plan: PartPlan, number: number): number {
  const { start, end } = partRange(plan, number)
  return end - start
}

/**
 * Numbers of the parts that have to be sent, in order.
 * @param arrived sizes in bytes of those that have arrived, by number; one of another size has to be sent again
 */
export function missingParts(plan: PartPlan, arrived: ReadonlyMap<number, number>): number[] {
  const missing: number[] = []
  for (let number = 1; number <= plan.partCount; number++) {
    if (arrived.get(number) !== partBytes(plan, number)) missing.push(number)
  }
  return missing
}
