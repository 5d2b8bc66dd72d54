import { defineConfig } from '@playwright/test'

const report = process.env['FAIRLEAD_E2E_REPORT']

// Of what would be applied, not of what runs: they need a cluster's API, and no image.
export default defineConfig({
  testDir: '.',
  outputDir: '../../../test-results/manifests',
  globalSetup: './global-setup.ts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  timeout: 60_000,
  reporter: [['list'], ...(report ? [['json', { outputFile: report }] as const] : [])],
})
