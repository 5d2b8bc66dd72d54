import type { Page } from '@playwright/test'
import { expect } from '../cluster-test.ts'

/** The log of the job's page: "line 1.", "line 2." and so on, up to the count. */
export async function showsEachLineOnce(page: Page, count: number): Promise<void> {
  const log = page.getByRole('log')
  const numbers = async () =>
    [...((await log.textContent()) ?? '').matchAll(/line (\d+)\./g)].map(([, number]) => Number(number))
  await expect.poll(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1))
}
