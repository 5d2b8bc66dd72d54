import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import type { Browser, Page } from '@playwright/test'
import { apiAs } from './api.ts'
import { expect, signIn, test } from './fairlead-test.ts'
import { skyImage } from './sky-image.ts'

const organization = 'survey-institute'
const base = `/o/${organization}/files`
const scanner = process.env['CLAMAV_HOST']

/** With a scanner where there is one; otherwise files are released without a scan, and say so. */
export const scannerSettings: Readonly<Record<string, string>> =
  scanner === undefined
    ? {}
    : { FAIRLEAD_CLAMAV_HOST: scanner, FAIRLEAD_CLAMAV_PORT: process.env['CLAMAV_PORT'] ?? '3310' }

interface File {
  readonly name: string
  readonly displayName: string
  readonly latest: { readonly state: string; readonly sha256: string; readonly sizeBytes: string }
}

/** Put together here, so that no file of ours is what scanners find (EICAR, "Anti-Malware Testfile"). */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR', '-STANDARD-ANTIVIRUS', '-TEST-FILE!', '$H+H*'].join(
  '',
)

const released = /^(Clean|Not scanned)$/

export function upload(page: Page, name: string) {
  return page.getByRole('region', { name: 'Uploads' }).getByTestId('upload').filter({ hasText: name })
}

export async function choose(page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) {
  await page.getByTestId('choose-files').setInputFiles(file)
}

/** Runs what follows as somebody else, in a browser of their own. */
export async function as<T>(
  browser: Browser,
  url: string,
  username: string,
  path: string,
  look: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ baseURL: url })
  try {
    const page = await context.newPage()
    await signIn(page, username, path)
    return await look(page)
  } finally {
    await context.close()
  }
}

/** What people do with files, over whichever store the system has. */
export function describeFiles(): void {
  test('an upload of 200 MB goes on where it was after a reload in the middle', async ({
    page,
    system,
    signIn: signInHere,
    expectAccessible,
  }, testInfo) => {
    test.setTimeout(600_000)
    const name = `survey-${Date.now().toString(36)}.bin`
    const path = testInfo.outputPath(name)
    const content = randomBytes(200_000_000)
    await writeFile(path, content)
    try {
      // Numbers of the parts that arrived, in order.
      const arrived: string[] = []
      page.on('response', (response) => {
        if (response.request().method() !== 'PUT' || !response.ok()) return
        const { searchParams } = new URL(response.url())
        arrived.push(searchParams.get('part') ?? searchParams.get('partNumber') ?? '')
      })
      // As on a line that takes its time: a reload meets the middle.
      await page.route(/[?&]part(Number)?=/, async (route) => {
        await page.waitForTimeout(300)
        await route.continue()
      })

      await signInHere('alice', base)
      await choose(page, path)
      await expect.poll(() => arrived.length, { timeout: 120_000 }).toBeGreaterThanOrEqual(3)
      await page.reload()
      const before = [...arrived]
      await expect(upload(page, name)).toHaveAttribute('data-phase', 'needs-file', { timeout: 30_000 })
      await expectAccessible('an upload that waits for its file')

      await choose(page, path)
      await expect(upload(page, name)).toHaveAttribute('data-phase', 'completed', { timeout: 180_000 })
      const again = arrived.slice(before.length).filter((part) => before.includes(part))
      expect(again, 'parts that had arrived before the reload and were sent again').toEqual([])

      await page.getByRole('link', { name }).first().click()
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
      await expect(page.getByTestId('file-state')).toHaveText(released, { timeout: 60_000 })
      const sha256 = createHash('sha256').update(content).digest('hex')
      const api = await apiAs(system, 'alice', organization)
      const { files } = await api.get<{ files: File[] }>(
        `organizations/${organization}/files?search=${encodeURIComponent(name)}&allFolders=true`,
      )
      expect(files.map(({ latest }) => [latest.sizeBytes, latest.sha256])).toEqual([
        [String(content.length), sha256],
      ])
      const downloading = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Download' }).first().click()
      const download = await downloading
      expect(download.suggestedFilename()).toBe(name)
      const digest = createHash('sha256')
      for await (const chunk of createReadStream(await download.path())) digest.update(chunk)
      expect(digest.digest('hex')).toBe(sha256)
    } finally {
      await rm(path, { force: true })
    }
  })

  test('an infected file turns so before the eyes, is told of, and comes out by no link', async ({
    page,
    browser,
    system,
    signIn: signInHere,
    expectAccessible,
    expectConsole,
  }) => {
    test.skip(scanner === undefined, 'needs clamd: set CLAMAV_HOST and CLAMAV_PORT')
    test.setTimeout(300_000)
    const name = `holiday-${Date.now().toString(36)}.png`
    await signInHere('alice', base)
    await choose(page, { name, mimeType: 'image/png', buffer: Buffer.from(eicar) })
    const row = page.getByRole('row', { name: new RegExp(name) })
    await expect(row).toContainText('Infected', { timeout: 60_000 })
    await row.getByRole('link', { name }).click()
    await expect(page.getByTestId('file-state')).toHaveText('Infected')
    await expect(page.getByRole('button', { name: 'Download' })).toBeDisabled()
    await expectAccessible('an infected file')

    // By any token, and whatever a browser is told to fetch.
    const owner = await apiAs(system, 'alice', organization)
    const { files } = await owner.get<{ files: File[] }>(
      `organizations/${organization}/files?search=${encodeURIComponent(name)}&allFolders=true`,
    )
    const file = files[0]!
    for (const username of ['alice', 'bob', 'carol', 'erin', 'olivia', 'oscar']) {
      const api = await apiAs(system, username, organization)
      for (const version of [0, 1]) {
        await expect(api.post(`${file.name}:sign`, { version })).rejects.toThrow(/: 4\d\d /)
        await expect(api.get(`${file.name}:preview?version=${version}`)).rejects.toThrow(/: 4\d\d /)
      }
    }
    expectConsole(/status of 40[034]/)

    await as(browser, system.url, 'olivia', '/notifications', async (operator) => {
      await expect(operator.getByText(new RegExp(name)).first()).toBeVisible({ timeout: 30_000 })
      await operator.goto('/operator/quarantine')
      const quarantined = operator
        .getByRole('table', { name: 'Versions in quarantine' })
        .getByRole('row', { name: new RegExp(name) })
      await expect(quarantined).toContainText('Infected')
      await expect(quarantined).toContainText('Northern Survey Institute')
      await quarantined.getByRole('button', { name }).click()
      await expect(operator.getByRole('list', { name: `History of ${name}` })).toContainText(/found/i)
      await expect(operator.getByTestId('scanner-state')).toHaveText('Answers')
    })
  })

  test('a FITS image that was uploaded becomes a dataset of the organisation and is cut out', async ({
    page,
    signIn: signInHere,
  }) => {
    test.setTimeout(300_000)
    const run = Date.now().toString(36)
    const name = `field-${run}.fits`
    await signInHere('alice', base)
    await choose(page, { name, mimeType: 'image/fits', buffer: skyImage(256, 150, 2) })
    await expect(upload(page, name)).toHaveAttribute('data-phase', 'completed', { timeout: 60_000 })
    await page.getByRole('table').getByRole('link', { name }).click()
    await expect(page.getByTestId('file-state')).toHaveText(released, { timeout: 60_000 })
    await expect(page.getByRole('region', { name: 'Preview' })).toContainText('CTYPE1', { timeout: 30_000 })

    await page.getByRole('button', { name: 'Make a dataset' }).click()
    const dialog = page.getByRole('dialog', { name: 'Make a dataset' })
    await dialog.getByRole('textbox', { name: 'Identifier' }).fill(`field-${run}`)
    await dialog.getByRole('button', { name: 'Make the dataset' }).click()
    await expect(page.getByTestId('sky-view')).toHaveAttribute('data-ready', 'true', { timeout: 60_000 })

    await page.getByRole('button', { name: 'Circle in the middle' }).click()
    await page.getByRole('button', { name: 'Cut out' }).click()
    await page.getByRole('button', { name: 'Submit job' }).click()
    await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 60_000 })
    await expect(page.getByRole('button', { name: /^Download .*\.fits/ })).toBeVisible()
  })
}
