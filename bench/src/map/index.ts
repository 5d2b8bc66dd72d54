import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFairlead } from '@fairlead/dev/start'
import { chromiumLaunch } from '@fairlead/e2e/chromium'
import { chromium, type Page } from 'playwright-core'
import type { BenchReport } from '../report.ts'
import { type Frames, panMap } from './frames.ts'
import { makeTracks, purposeTitle } from './made-tracks.ts'

const persons = 50
const fixesEach = 2_000
/** Clicks on "Zoom in" for the second look. */
const closer = 2

/**
 * Frames a second while the map of locations is dragged about, in the browser of the end-to-end tests, which draws
 * WebGL without a graphics card: 100,000 fixes of 50 persons, beside the same map before any is asked for.
 */
export async function run(): Promise<BenchReport> {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-bench-map-'))
  const fairlead = await startFairlead({ home })
  try {
    const browser = await chromium.launch(await chromiumLaunch())
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      const token = await signIn(page, fairlead.url)
      const day = await makeTracks({ url: fairlead.url, token, persons, fixesEach })
      await openMap(page, fairlead.url)
      const empty = await panMap(page)
      const shownMs = await showTracks(page, day)
      const whole = await panMap(page)
      for (let step = 0; step < closer; step++) {
        await page.getByRole('button', { name: 'Zoom in' }).click()
        await untilDrawn(page)
      }
      const close = await panMap(page)
      const count = (persons * fixesEach).toLocaleString('en')
      return {
        name: 'map',
        lines: [
          frames(`panning ${count} fixes`, whole, empty),
          frames(`panning ${count} fixes, closer`, close, empty),
          { label: 'a frame while panning them, median', value: whole.medianMs, unit: 'ms' },
          { label: 'a frame while panning them, 95th percentile', value: whole.slowMs, unit: 'ms' },
          {
            label: 'processor time of a frame while panning them',
            value: whole.processorMs,
            unit: 'ms',
            reference: empty.processorMs,
            ratio: whole.processorMs / empty.processorMs,
          },
          { label: `from the press to ${count} fixes and all episodes`, value: shownMs / 1000, unit: 's' },
        ],
      }
    } finally {
      await browser.close()
    }
  } finally {
    await fairlead.stop()
    await rm(home, { recursive: true, force: true })
  }
}

function frames(label: string, own: Frames, empty: Frames) {
  const { perSecond: value } = own
  return { label, value, unit: 'frames/s', reference: empty.perSecond, ratio: value / empty.perSecond }
}

/** Returns the access token that the page holds. */
async function signIn(page: Page, url: string): Promise<string> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).fill('bob')
  await page.getByRole('textbox', { name: 'Password' }).fill('bob')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page.evaluate(() => {
    for (const text of Object.values({ ...sessionStorage })) {
      const token = /"access_token":"([^"]+)"/.exec(String(text))?.[1]
      if (token !== undefined) return token
    }
    throw new Error('the page holds no access token')
  })
}

async function openMap(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/o/survey-institute/locations`)
  await page.getByLabel('Purpose', { exact: true }).first().click()
  await page.getByRole('option', { name: purposeTitle }).click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('How fast the map is drawn')
  await page.getByRole('button', { name: 'Open the map' }).click()
  await untilDrawn(page)
}

async function showTracks(page: Page, day: string): Promise<number> {
  await page.getByRole('button', { name: `Add ${persons} found` }).click()
  await page.getByLabel('From (UTC)').fill(`${day}T00:00`)
  await page.getByLabel('To (UTC)').fill(`${day}T23:59`)
  const begun = performance.now()
  await page.getByRole('button', { name: 'Show tracks' }).click()
  await page.getByRole('list', { name: 'Episodes' }).waitFor({ timeout: 120_000 })
  await page.getByRole('button', { name: 'Show the whole track of Walker 50' }).waitFor({ timeout: 120_000 })
  const shownMs = performance.now() - begun
  await page.getByRole('button', { name: 'Show everything' }).click()
  await untilDrawn(page)
  return shownMs
}

/** The map says when all it has to draw is drawn. */
async function untilDrawn(page: Page): Promise<void> {
  await page.locator('[data-testid="locations-map"][data-drawn="true"]').waitFor({ timeout: 120_000 })
}
