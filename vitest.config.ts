import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Generous: they end a run that hangs, and say nothing of how fast a busy machine is.
const patience = {
  testTimeout: 20_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
  // In CI a test that fails is run once more. What passes then is listed as flaky: it has to be looked at.
  retry: process.env['CI'] === undefined ? 0 : 1,
}

export default defineConfig({
  test: {
    // A leaked rejection fails the run, and so does a handle that keeps a worker from ending.
    dangerouslyIgnoreUnhandledErrors: false,
    // Most tests wait for processes and connections rather than compute; the default leaves a core idle.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: 'backend',
          include: ['backend/src/**/*.test.ts', 'bench/src/**/*.test.ts'],
          globalSetup: ['backend/src/testing/global-setup.ts'],
          setupFiles: ['backend/src/testing/property-seed.ts'],
          ...patience,
        },
      },
      { test: { name: 'dev', include: ['dev/**/*.test.ts', 'envoy/**/*.test.ts'], ...patience } },
      {
        test: {
          name: 'frontend',
          include: ['frontend/**/*.test.{ts,tsx}'],
          setupFiles: ['backend/src/testing/property-seed.ts'],
          ...patience,
        },
      },
    ],
  },
})
