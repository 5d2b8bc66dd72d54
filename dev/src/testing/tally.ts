export interface Skipped {
  name: string
  reason: string
}

/** How one test runner's run went. */
export interface Tally {
  passed: number
  failed: number
  skipped: Skipped[]
}

export function sum(tallies: Tally[]): Tally {
  return tallies.reduce(
    (all, { passed, failed, skipped }) => ({
      passed: all.passed + passed,
      failed: all.failed + failed,
      skipped: [...all.skipped, ...skipped],
    }),
    { passed: 0, failed: 0, skipped: [] },
  )
}

/** "12 passed, 0 failed", and what was skipped with why. */
export function summary({ passed, failed, skipped }: Tally): string[] {
  const line = `${passed} passed, ${failed} failed`
  if (skipped.length === 0) return [line]
  return [
    ...skipped.map(({ name, reason }) => `skipped: ${name} (${reason})`),
    `${line}, ${skipped.length} skipped`,
  ]
}
