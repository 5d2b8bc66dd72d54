import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { Tally } from './tally.ts'

/** Writes the tally of a vitest run to FAIRLEAD_TALLY. Its JSON reporter leaves out why a test was skipped. */
export default class VitestTally implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const path = process.env['FAIRLEAD_TALLY']
    if (path === undefined) return
    // Errors outside of tests: a module that does not load, an unhandled rejection.
    const tally: Tally = { passed: 0, failed: errors.length, skipped: [] }
    for (const module of modules) {
      tally.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') tally.passed += 1
        else if (result.state === 'failed') tally.failed += 1
        else {
          const reason = result.state === 'skipped' ? (result.note ?? 'its name says why') : 'did not run'
          tally.skipped.push({ name: `${module.relativeModuleId}: ${test.fullName}`, reason })
        }
      }
    }
    writeFileSync(path, JSON.stringify(tally))
  }
}
