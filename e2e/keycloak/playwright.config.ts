import { defineConfig } from '@playwright/test'
import shared from '../playwright.config.ts'

/** The specs that need a Keycloak, KEYCLOAK_URL; see README.md. One at a time: they change one realm. */
export default defineConfig({
  ...shared,
  testDir: '.',
  outputDir: '../../test-results/keycloak',
  globalSetup: './global-setup.ts',
  workers: 1,
  projects: [{ name: 'keycloak' }],
})
