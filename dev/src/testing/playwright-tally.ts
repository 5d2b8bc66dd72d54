import { readFileSync } from 'node:fs'
import type { Tally } from './tally.ts'

/** The part of Playwright's JSON report that is counted. */
interface Report {
  suites?: Suite[]
  /** Errors outside of tests: the system did not start, a spec does not load. */
  errors?: unknown[]
}

interface Suite {
  title: string
  suites?: Suite[]
  specs?: {
    title: string
    tests: {
      status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
      annotations?: { type: string; description?: string }[]
    }[]
  }[]
}

export function playwrightTally(reportFile: string): Tally {
  const { suites = [], errors = [] } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  const tally: Tally = { passed: 0, failed: errors.length, skipped: [] }
  for (const suite of suites) count(suite, tally)
  return tally
}

function count({ title: file, suites = [], specs = [] }: Suite, tally: Tally): void {
  for (const suite of suites) count(suite, tally)
  for (const { title, tests } of specs) {
    for (const { status, annotations = [] } of tests) {
      // A test that failed once is not a test that passed.
      if (status === 'expected') tally.passed += 1
      else if (status !== 'skipped') tally.failed += 1
      else {
        const why = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description
        tally.skipped.push({ name: `${file}: ${title}`, reason: why ?? 'its name says why' })
      }
    }
  }
}
