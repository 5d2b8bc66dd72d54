import type { Page } from '@playwright/test'
import { expect } from './fairlead-test.ts'

/** As a newcomer: from the datasets to the seeded map, a circle drawn on it, and a job of it submitted. */
export async function cutOutOfTheMap(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Datasets' }).first().click()
  // The overview names the map as well, and goes away meanwhile.
  await expect(page.getByRole('heading', { name: 'Datasets', level: 1 })).toBeVisible()
  await page
    .getByRole('link', { name: /microwave-sky|microwave sky/i })
    .first()
    .click()
  const sky = page.getByTestId('sky-view')
  await expect(sky).toHaveAttribute('data-ready', 'true')
  await page.getByRole('button', { name: 'Draw circle' }).click()
  const box = (await sky.boundingBox())!
  const center = { x: box.x + box.width * 0.5, y: box.y + box.height * 0.5 }
  await page.mouse.move(center.x, center.y)
  await page.mouse.down()
  await page.mouse.move(center.x + 40, center.y + 10, { steps: 5 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Cut out' }).click()
  await page.getByRole('button', { name: 'Submit job' }).click()
}
