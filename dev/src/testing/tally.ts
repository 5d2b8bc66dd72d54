import { stripVTControlCharacters } from 'node:util'

export interface Skipped {
  name: string
  reason: string
}

/** How one test runner's run went. */
export interface Tally {
  passed: number
  failed: number
  skipped: Skipped[]
  /** Names of those that failed, each with the beginning of why, and what failed outside of tests. */
  failures: string[]
  /** The same of those that failed and then passed; counted with those that passed. */
  flaky: string[]
}

const REASON_LENGTH = 600

/** An error's message for one line of the summary: without colours, its lines joined, not long. */
export function reasonOf(message: string | undefined): string {
  const lines = stripVTControlCharacters(message ?? 'no message')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const text = lines.join(' | ')
  return text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH)}...` : text
}

export const nothingRan = (): Tally => ({ passed: 0, failed: 0, skipped: [], failures: [], flaky: [] })

export function sum(tallies: Tally[]): Tally {
  return tallies.reduce(
    (all, { passed, failed, skipped, failures, flaky }) => ({
      passed: all.passed + passed,
      failed: all.failed + failed,
      skipped: [...all.skipped, ...skipped],
      failures: [...all.failures, ...failures],
      flaky: [...all.flaky, ...flaky],
    }),
    nothingRan(),
  )
}

/** A run that ends badly with nothing failed, or with no report at all, is a failure of its own. */
export function judge(tally: Tally | undefined, code: number): Tally {
  const { failed, ...known } = tally ?? nothingRan()
  if (code === 0 || failed > 0) return { ...known, failed }
  return { ...known, failed: 1, failures: [...known.failures, `the run ended with ${code}`] }
}

/** "12 passed, 0 failed"; before it what was skipped with why, what failed, and what failed before it passed. */
export function summary({ passed, failed, skipped, failures, flaky }: Tally): string[] {
  const line = `${passed} passed, ${failed} failed`
  return [
    ...skipped.map(({ name, reason }) => `skipped: ${name} (${reason})`),
    ...flaky.map((name) => `flaky: ${name}`),
    ...failures.map((name) => `failed: ${name}`),
    skipped.length === 0 ? line : `${line}, ${skipped.length} skipped`,
  ]
}
