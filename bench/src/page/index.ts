import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFairlead } from '@fairlead/dev/start'
import { chromiumLaunch } from '@fairlead/e2e/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { BenchReport } from '../report.ts'

const repeats = 5
const budgetKb = 250

interface Load {
  /** Bytes of JavaScript as they crossed the wire. */
  readonly scriptBytes: number
  readonly largestPaintMs: number
}

/**
 * What a first visit costs: compressed JavaScript, and the largest contentful paint beside that of the
 * identity provider's page, which the server renders whole and without a script. And how long a warm start takes.
 */
export async function run(): Promise<BenchReport> {
  const home = await mkdtemp(join(tmpdir(), 'fairlead-bench-page-'))
  try {
    await (await startFairlead({ home })).stop()
    const begun = performance.now()
    const fairlead = await startFairlead({ home })
    const warmStartMs = performance.now() - begun
    const browser = await chromium.launch(await chromiumLaunch())
    try {
      const landing = await medianLoad(() => visitLanding(browser, fairlead.url))
      const provider = await medianLoad(() => visitProvider(browser, fairlead.url))
      const overview = await medianLoad(() => visitOverview(browser, fairlead.url))
      return {
        name: 'page',
        lines: [
          kilobytes('JavaScript of the sign-in page, compressed', landing),
          kilobytes('JavaScript of the overview, compressed', overview),
          paint('largest contentful paint, sign-in page', landing, provider),
          paint('largest contentful paint, overview', overview, provider),
          { label: 'warm start to ready', value: warmStartMs / 1000, unit: 's', target: '< 8 s' },
        ],
      }
    } finally {
      await browser.close()
      await fairlead.stop()
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function kilobytes(label: string, load: Load) {
  const value = load.scriptBytes / 1000
  return { label, value, unit: 'kB', reference: budgetKb, ratio: value / budgetKb, target: '<= 1' }
}

function paint(label: string, load: Load, peer: Load) {
  const { largestPaintMs: value } = load
  return { label, value, unit: 'ms', reference: peer.largestPaintMs, ratio: value / peer.largestPaintMs }
}

async function medianLoad(visit: () => Promise<Load>): Promise<Load> {
  const loads: Load[] = []
  for (let index = 0; index < repeats; index++) loads.push(await visit())
  loads.sort((one, other) => one.largestPaintMs - other.largestPaintMs)
  const middle = loads[Math.floor(repeats / 2)]
  if (middle === undefined) throw new Error('nothing was measured')
  return middle
}

/** A context of its own for each visit: nothing is cached. */
async function inFreshContext<Result>(
  browser: Browser,
  act: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    return await act(await context.newPage())
  } finally {
    await context.close()
  }
}

function visitLanding(browser: Browser, url: string): Promise<Load> {
  return inFreshContext(browser, async (page) => {
    await page.goto(url)
    await page.getByRole('button', { name: 'Sign in' }).first().waitFor()
    return measure(page)
  })
}

function visitProvider(browser: Browser, url: string): Promise<Load> {
  return inFreshContext(browser, async (page) => {
    await openProvider(page, url)
    return measure(page)
  })
}

function visitOverview(browser: Browser, url: string): Promise<Load> {
  return inFreshContext(browser, async (page) => {
    await openProvider(page, url)
    await page.getByRole('textbox', { name: 'Username' }).fill('alice')
    await page.getByRole('textbox', { name: 'Password' }).fill('alice')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    const session = await page.evaluate(() => ({ ...sessionStorage }))
    const path = new URL(page.url()).pathname
    return inFreshContext(browser, async (fresh) => {
      await fresh.addInitScript((entries) => {
        for (const [key, value] of Object.entries(entries)) sessionStorage.setItem(key, value)
      }, session)
      await fresh.goto(url + path)
      await fresh.getByRole('heading', { name: 'Recent jobs' }).waitFor()
      return measure(fresh)
    })
  })
}

async function openProvider(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).waitFor()
}

function measure(page: Page): Promise<Load> {
  return page.evaluate(async () => {
    const largestPaintMs = await new Promise<number>((resolve) => {
      new PerformanceObserver((entries) => {
        const last = entries.getEntries().at(-1)
        if (last !== undefined) resolve(last.startTime)
      }).observe({ type: 'largest-contentful-paint', buffered: true })
    })
    const scripts = performance
      .getEntriesByType('resource')
      .filter((entry): entry is PerformanceResourceTiming => /\.js($|\?)/.test(entry.name))
    return { largestPaintMs, scriptBytes: scripts.reduce((sum, script) => sum + script.encodedBodySize, 0) }
  })
}
