import type { Page } from '@playwright/test'
import type { Job } from '../../support/api.ts'
import { expect } from '../cluster-test.ts'
import type { Work } from './work.ts'

/** A page that shows a job while parts die behind it; it is never reloaded. */
export class OpenPage {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** To be called when the page is there: what a reload would lose is kept from here on. */
  async watch(): Promise<void> {
    await this.#page.evaluate(() => {
      const said: string[] = []
      const look = () => {
        const banner = /Reconnecting…[^.]*/.exec(document.body.textContent)?.[0]
        if (banner !== undefined && said.at(-1) !== banner) said.push(banner)
      }
      new MutationObserver(look).observe(document.body, {
        childList: true,
        subtree: true,
        characterData: true,
      })
      Object.assign(window, { said })
    })
  }

  async showsPhase(phase: string, timeout = 60_000): Promise<void> {
    await expect(this.#page.getByTestId('job-phase')).toHaveText(phase, { timeout })
  }

  /** It says, or said meanwhile, that what it shows may be out of date. */
  async saidThatItReconnects(): Promise<void> {
    await expect
      .poll(() => this.#said(), { timeout: 45_000, message: 'the page says what is wrong' })
      .not.toEqual([])
  }

  /** Nothing is said any more, the bell counts what the inbox does, and the page is the one that was opened. */
  async healed(work: Work): Promise<void> {
    await expect(this.#page.getByText(/reconnecting/i)).toHaveCount(0, { timeout: 60_000 })
    const unread = await work.unread()
    expect(unread).toBeGreaterThanOrEqual(work.count)
    await expect(this.#page.getByRole('button', { name: /^Notifications/ })).toHaveAccessibleName(
      `Notifications, ${unread} unread`,
      { timeout: 60_000 },
    )
    expect(await this.#said(), 'it was not reloaded').toBeDefined()
  }

  #said(): Promise<readonly string[] | undefined> {
    return this.#page.evaluate(() => (window as { readonly said?: readonly string[] }).said)
  }
}

export function pageOf(job: Job): string {
  return `/o/${job.name.replace('organizations/', '')}`
}
