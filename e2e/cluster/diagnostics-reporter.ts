import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { installationUnderTest } from './harness/installation-under-test.ts'

/** Prints the state of the installation when a test has failed, as it is at that moment. */
export default class DiagnosticsReporter implements Reporter {
  readonly #running: Promise<void>[] = []

  onTestEnd(test: TestCase, { status }: TestResult): void {
    if (status !== 'failed' && status !== 'timedOut') return
    const diagnosis = installationUnderTest()?.diagnose() ?? Promise.resolve('no installation')
    this.#running.push(
      diagnosis.then(
        (text) => console.log(`When “${test.title}” failed:\n${text}`),
        (error: Error) => console.log(`When “${test.title}” failed, nothing was found out: ${error.message}`),
      ),
    )
  }

  async onEnd(): Promise<void> {
    await Promise.all(this.#running)
  }

  printsToStdio(): boolean {
    return false
  }
}
