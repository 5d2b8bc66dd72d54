import { readFileSync } from 'node:fs'
import { nothingRan, reasonOf, type Tally } from './tally.ts'

/** The part of Playwright's JSON report that is counted. */
interface Report {
  suites?: Suite[]
  /** Errors outside of tests: the system did not start, a spec does not load. */
  errors?: { message?: string }[]
}

interface Suite {
  title: string
  suites?: Suite[]
  specs?: {
    title: string
    tests: {
      status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
      annotations?: { type: string; description?: string }[]
      results?: { error?: { message?: string } }[]
    }[]
  }[]
}

export function playwrightTally(reportFile: string): Tally {
  const { suites = [], errors = [] } = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  const tally = nothingRan()
  for (const { message } of errors) tally.failures.push(`outside of tests: ${reasonOf(message)}`)
  for (const suite of suites) count(suite, tally)
  tally.failed = tally.failures.length
  return tally
}

function count({ title: file, suites = [], specs = [] }: Suite, tally: Tally): void {
  for (const suite of suites) count(suite, tally)
  for (const { title, tests } of specs) {
    for (const { status, annotations = [], results = [] } of tests) {
      const name = `${file}: ${title}`
      const failed = results.find(({ error }) => error !== undefined)
      const told = `${name}: ${reasonOf(failed?.error?.message)}`
      if (status === 'expected' || status === 'flaky') {
        tally.passed += 1
        if (status === 'flaky') tally.flaky.push(told)
      } else if (status !== 'skipped') tally.failures.push(told)
      else {
        const why = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description
        tally.skipped.push({ name, reason: why ?? 'its name says why' })
      }
    }
  }
}
