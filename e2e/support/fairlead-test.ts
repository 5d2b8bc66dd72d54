import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { type System, systemUnderTest } from './system.ts'

interface Fixtures {
  readonly system: System
  /** Messages that a spec expects in the console, such as failed requests while it kills the backend. */
  readonly expectConsole: (pattern: RegExp) => void
  readonly signIn: (username: string, at?: string) => Promise<void>
  /** Fails on a serious or critical accessibility violation. */
  readonly expectAccessible: (page: string) => Promise<void>
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern
  system: async ({}, use) => use(systemUnderTest()),
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
    use(async (name) => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect
        .soft(
          grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(', ')}`),
          `accessibility of ${name}`,
        )
        .toEqual([])
    }),
})

export { expect }

/** From the page at `at`, through the identity provider, back to that page. */
async function signIn(page: Page, username: string, at: string): Promise<void> {
  await page.goto(at)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Password' }).fill(username)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('navigation').first()).toBeVisible()
}
