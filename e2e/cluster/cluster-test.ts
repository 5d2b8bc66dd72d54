import { test as base } from '../support/fairlead-test.ts'
import type { Installation } from './harness/installation.ts'
import { installationUnderTest } from './harness/installation-under-test.ts'

export { expect } from '../support/fairlead-test.ts'

/** As for any system, and with a hand on what it runs in. */
export const test = base.extend<{ readonly installation: Installation }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern
  installation: async ({}, use) => {
    const installation = installationUnderTest()
    if (installation === undefined) throw new Error('no installation in a cluster: run npm run test:cluster')
    await use(installation)
  },
})
