import { defineConfig } from '@playwright/test'
import { chromiumLaunch } from './support/chromium.ts'

// They have configurations of their own.
const elsewhere = ['cluster/**', 'keycloak/**']
const ownSystem = ['chaos/**/*.spec.ts', 'pages/**/*.spec.ts', 'traces/**/*.spec.ts', 'files-s3.spec.ts']

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  globalSetup: './support/global-setup.ts',
  // One system serves nearly all specs, and some of them kill its parts: one at a time. Beside them runs what
  // starts a system of its own.
  workers: 2,
  projects: [
    { name: 'shared system', testIgnore: [...ownSystem, ...elsewhere], workers: 1 },
    { name: 'own system', testMatch: ownSystem, workers: 1 },
  ],
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  // In CI a test that fails is run once more. What passes then is listed as flaky: it has to be looked at.
  retries: process.env['CI'] === undefined ? 0 : 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env['FAIRLEAD_E2E_REPORT']
    ? [['list'], ['json', { outputFile: process.env['FAIRLEAD_E2E_REPORT'] }]]
    : [['list']],
  use: {
    browserName: 'chromium',
    actionTimeout: 15_000,
    navigationTimeout: 20_000,
    viewport: { width: 1440, height: 900 },
    // With the document at each step, and without the film between them, which costs a fifth of a browser's time.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: await chromiumLaunch(),
  },
})
