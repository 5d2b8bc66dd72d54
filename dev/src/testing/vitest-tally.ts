import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { nothingRan, reasonOf } from './tally.ts'

/** Writes the tally of a vitest run to FAIRLEAD_TALLY. Its JSON reporter leaves out why a test was skipped. */
export default class VitestTally implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const path = process.env['FAIRLEAD_TALLY']
    if (path === undefined) return
    // Errors outside of tests: a module that does not load, an unhandled rejection.
    const tally = nothingRan()
    tally.failures.push(...errors.map((error) => `outside of tests: ${messageOf(error)}`))
    for (const module of modules) {
      const outside = module.errors().map((error) => `${module.relativeModuleId}: ${messageOf(error)}`)
      tally.failures.push(...outside)
      for (const test of module.children.allTests()) {
        const result = test.result()
        const name = `${module.relativeModuleId}: ${test.fullName}`
        const told = () => `${name}: ${reasonOf(result.errors?.[0]?.message)}`
        if (result.state === 'passed') {
          tally.passed += 1
          if (test.diagnostic()?.flaky === true) tally.flaky.push(told())
        } else if (result.state === 'failed') tally.failures.push(told())
        else {
          const reason = result.state === 'skipped' ? (result.note ?? 'its name says why') : 'did not run'
          tally.skipped.push({ name, reason })
        }
      }
    }
    tally.failed = tally.failures.length
    writeFileSync(path, JSON.stringify(tally))
  }
}

const messageOf = (error: unknown): string =>
  reasonOf(error instanceof Object && 'message' in error ? String(error.message) : String(error))
