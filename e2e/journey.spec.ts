import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cutOutOfTheMap } from './support/cut-out-of-the-map.ts'
import { expect, test } from './support/fairlead-test.ts'
import { checksum, readFits } from './support/fits-file.ts'

test('a newcomer cuts a circle out of the seeded map and gets the source’s own pixels', async ({
  page,
  system,
  signIn,
}) => {
  await signIn('alice')
  await cutOutOfTheMap(page)

  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]{36}$/)
  const url = page.url()
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 30_000 })
  expect(page.url()).toBe(url)
  const preview = page.getByRole('img', { name: /^Preview of/ }).first()
  await expect(preview).toBeVisible()
  expect(await preview.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)

  const download = page.waitForEvent('download')
  await page
    .getByRole('link', { name: /^Download .*\.fits$/ })
    .or(page.getByRole('button', { name: /^Download .*\.fits$/ }))
    .first()
    .click()
  const result = readFits(await readFile(await (await download).path()))
  const source = readFits(await readFile(join(system.home, 'datasets', 'microwave-sky.fits')))

  expect(checksum(result.bytes)).toBe(0xffffffff)
  expect(result.cards.get('CTYPE1')).toBe(source.cards.get('CTYPE1'))
  expect(result.cards.get('BITPIX')).toBe(source.cards.get('BITPIX'))
  expect(result.history.join('\n')).toContain('microwave-sky')
  // CRPIX tells where the box was taken from.
  const left = Math.round(Number(source.cards.get('CRPIX1')) - Number(result.cards.get('CRPIX1')))
  const bottom = Math.round(Number(source.cards.get('CRPIX2')) - Number(result.cards.get('CRPIX2')))
  expect(result.width).toBeGreaterThan(1)
  expect(left).toBeGreaterThanOrEqual(0)
  expect(left + result.width).toBeLessThanOrEqual(source.width)
  for (let row = 0; row < result.height; row++) {
    const from = (bottom + row) * source.width + left
    expect(result.pixels.slice(row * result.width, (row + 1) * result.width)).toEqual(
      source.pixels.slice(from, from + result.width),
    )
  }
})
