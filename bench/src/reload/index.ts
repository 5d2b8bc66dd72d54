import { setTimeout } from 'node:timers/promises'
import { chromiumLaunch } from '@fairlead/e2e/chromium'
import {
  deployHotReload,
  organization,
  saveBackend,
  savePage,
  saveWorker,
} from '@fairlead/e2e/cluster/reload'
import { chromium, type Page } from 'playwright-core'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { timed } from '../timed.ts'

const ROUNDS = 7
const TARGET_MS = 3000
/** As between two saves of a person; the pod prepares its next run meanwhile. */
const PAUSE_MS = 5000

/**
 * From the save of a source to the changed answer in the pod, copied as Skaffold copies it. The reference is the least
 * that it can take: one `kubectl exec` into the same pod.
 */
export async function run(): Promise<BenchReport> {
  const installation = await deployHotReload((line) => console.error(line))
  const browser = await chromium.launch(await chromiumLaunch())
  try {
    const { kubectl, url } = installation
    const page = await browser.newPage()
    await openForm(page, url)
    const exec = (component: string) => () =>
      timed(() => kubectl.run(['exec', `deployment/${component}`, '--', 'true']))
    const text = (round: number) => `Saved in round ${round}.`
    return {
      name: 'reload',
      lines: [
        await line('backend', (round) => saveBackend(installation, text(round)), exec('backend')),
        await line('worker', (round) => saveWorker(installation, text(round)), exec('worker')),
        await line('page', (round) => savePage(installation, page, text(round)), exec('frontend')),
      ],
    }
  } finally {
    await browser.close()
    await installation.close()
  }
}

async function line(
  what: string,
  measure: (round: number) => Promise<number>,
  floor: () => Promise<number>,
): Promise<BenchLine> {
  const values: number[] = []
  const references: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    await setTimeout(PAUSE_MS)
    values.push(await measure(round))
    references.push(await floor())
  }
  const [value, reference] = [median(values), median(references)]
  return {
    label: `${what}, save to changed answer (longest ${Math.max(...values).toFixed(0)} ms)`,
    value,
    unit: 'ms',
    reference,
    ratio: value / reference,
    target: `< ${TARGET_MS} ms`,
  }
}

async function openForm(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/o/${organization}/submit?service=preview`)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).fill('alice')
  await page.getByRole('textbox', { name: 'Password' }).fill('alice')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).waitFor()
}
