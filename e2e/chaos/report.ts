export interface SeedReport {
  readonly seed: number
  readonly workers: number
  readonly concurrency: number
  /** Processes killed, by kind. */
  readonly kills: Readonly<Record<string, number>>
  /** By the phase they ended in. */
  readonly jobs: Readonly<Record<string, number>>
  /** Reasons of the jobs that ended in ERROR. */
  readonly errors: Readonly<Record<string, number>>
  readonly tasks: number
  readonly attempts: number
  /** What the clients' calls ended with, each try counted. */
  readonly answers: Readonly<Record<string, number>>
  readonly watchers: number
  readonly reconnects: number
  readonly startSeconds: number
  readonly seconds: number
  readonly violations: readonly string[]
}

const SHOWN_VIOLATIONS = 20

export function seedText(report: SeedReport): string {
  const { seed, workers, concurrency, tasks, attempts, watchers, reconnects, violations } = report
  const lines = [
    `seed ${seed}: ${violations.length === 0 ? 'passed' : `${violations.length} VIOLATIONS`}, ${report.seconds} s`,
    `  ${workers} workers x ${concurrency} tasks; killed ${counts(report.kills)}`,
    `  jobs: ${counts(report.jobs)}${Object.keys(report.errors).length > 0 ? ` (${counts(report.errors)})` : ''}`,
    `  tasks ${tasks}, attempts ${attempts}; ${watchers} watchers reconnected ${reconnects} times`,
    `  answers: ${counts(report.answers)}`,
    ...violations.slice(0, SHOWN_VIOLATIONS).map((violation) => `  ! ${violation}`),
  ]
  const more = violations.length - SHOWN_VIOLATIONS
  if (more > 0) lines.push(`  ! and ${more} more, in the JSON report`)
  return lines.join('\n')
}

/** The last lines of a run. */
export function summaryText(reports: readonly SeedReport[]): string {
  const failed = reports.filter(({ violations }) => violations.length > 0)
  const total = (of: (report: SeedReport) => Readonly<Record<string, number>>) =>
    reports.reduce((sum, report) => sum + Object.values(of(report)).reduce((a, b) => a + b, 0), 0)
  const kills = total(({ kills }) => kills)
  const jobs = total(({ jobs }) => jobs)
  return [
    `${reports.length} seeds, ${jobs} jobs, ${kills} kills: ${reports.length - failed.length} passed, ${failed.length} failed`,
    ...failed.map(({ seed }) => `again: npm run chaos -- --seed ${seed}`),
  ].join('\n')
}

function counts(of: Readonly<Record<string, number>>): string {
  const entries = Object.entries(of)
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ')
}
