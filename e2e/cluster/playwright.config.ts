import { defineConfig } from '@playwright/test'
import { chromiumLaunch } from '../support/chromium.ts'

const report = process.env['FAIRLEAD_E2E_REPORT']

export default defineConfig({
  testDir: '..',
  outputDir: '../../test-results/cluster',
  globalSetup: './global-setup.ts',
  // They share one installation, and most hurt it.
  workers: 1,
  projects: [
    {
      name: 'as anywhere',
      testMatch: ['journey.spec.ts', 'api.spec.ts', 'notifications.spec.ts', 'healing.spec.ts'],
      testIgnore: 'cluster/**',
    },
    { name: 'cluster', testMatch: 'cluster/*.spec.ts', testIgnore: 'cluster/environments.spec.ts' },
    { name: 'workflows', testMatch: 'cluster/workflows/**/*.spec.ts' },
    { name: 'manifests', testMatch: 'cluster/manifests/**/*.spec.ts' },
    { name: 'faults', testMatch: 'cluster/faults/**/*.spec.ts' },
    // Last: two more installations leave the others little of the machine.
    { name: 'environments', testMatch: 'cluster/environments.spec.ts' },
    { name: 'reload', testMatch: 'cluster/reload/**/*.spec.ts' },
  ],
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  // In CI a test that fails is run once more. What passes then is listed as flaky: it has to be looked at.
  retries: process.env['CI'] === undefined ? 0 : 1,
  // A pod takes longer to be there again than a process.
  timeout: 150_000,
  expect: { timeout: 20_000 },
  reporter: [
    ['list'],
    ['./diagnostics-reporter.ts'],
    ...(report ? [['json', { outputFile: report }] as const] : []),
  ],
  use: {
    browserName: 'chromium',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: await chromiumLaunch(),
  },
})
