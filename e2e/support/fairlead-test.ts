import { startFairlead } from '@fairlead/dev/start'
import { test as base, expect, type Page } from '@playwright/test'
import { graveViolations } from './grave-violations.ts'
import { type System, systemAt, systemUnderTest } from './system.ts'

interface Fixtures {
  readonly system: System
  /** Messages that a spec expects in the console, such as failed requests while it kills the backend. */
  readonly expectConsole: (pattern: RegExp) => void
  readonly signIn: (username: string, at?: string) => Promise<void>
  /** Fails on a serious or critical accessibility violation, of these axe rules only when any are given. */
  readonly expectAccessible: (page: string, rules?: readonly string[]) => Promise<void>
}

interface WorkerFixtures {
  /** Whether the specs of a file need a system that no other spec touches; `test.use({ ownSystem: true })`. */
  readonly ownSystem: boolean
  /** Settings of a system of its own, beside this process's environment. */
  readonly systemEnvironment: Readonly<Record<string, string>>
  readonly workerSystem: System
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  ownSystem: [false, { option: true, scope: 'worker' }],
  systemEnvironment: [{}, { option: true, scope: 'worker' }],
  workerSystem: [
    async ({ ownSystem, systemEnvironment }, use) => {
      if (!ownSystem || process.env['FAIRLEAD_SYSTEM_GIVEN'] !== undefined) return use(systemUnderTest())
      const running = await startFairlead({ env: systemEnvironment })
      await use(systemAt(running.url, running.home))
      await running.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  system: async ({ workerSystem }, use) => use(workerSystem),
  baseURL: async ({ system }, use) => use(system.url),
  expectConsole: [
    async ({ page }, use) => {
      const expected: RegExp[] = []
      const problems: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`)
      })
      page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`))
      await use((pattern) => {
        expected.push(pattern)
      })
      expect(
        problems.filter((problem) => !expected.some((pattern) => pattern.test(problem))),
        'console errors',
      ).toEqual([])
    },
    { auto: true },
  ],
  signIn: async ({ page }, use) => use((username, at = '/') => signIn(page, username, at)),
  expectAccessible: async ({ page }, use) =>
    use(async (name, rules = []) => {
      expect.soft(await graveViolations(page, rules), `accessibility of ${name}`).toEqual([])
    }),
})

export { expect }

/** From the page at `at`, through the identity provider, back to that page. */
export async function signIn(page: Page, username: string, at: string): Promise<void> {
  await page.goto(at)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Password' }).fill(username)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('navigation').first()).toBeVisible()
}
