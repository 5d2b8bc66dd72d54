import type { Page } from 'playwright-core'

const lastingMs = 5_000

export interface Frames {
  readonly perSecond: number
  /** Between two frames, milliseconds. */
  readonly medianMs: number
  readonly slowMs: number
  /** Of all of the browser's processes, milliseconds for each frame: the same on a machine that is busy. */
  readonly processorMs: number
}

/** Drags the map about for some seconds, and counts what the browser draws meanwhile. */
export async function panMap(page: Page): Promise<Frames> {
  const box = await page.getByTestId('locations-map').boundingBox()
  if (box === null) throw new Error('there is no map')
  const usedS = await processorSeconds(page)
  const counting = page.evaluate(
    (lasting) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = []
        const frame = (now: number) => {
          times.push(now)
          if (now - (times[0] ?? now) < lasting) requestAnimationFrame(frame)
          else resolve(times)
        }
        requestAnimationFrame(frame)
      }),
    lastingMs,
  )
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  // Nearly from edge to edge, so that much comes into view that was not there.
  const reachX = 0.45 * box.width
  const reachY = 0.4 * box.height
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (const begun = performance.now(); performance.now() - begun < lastingMs; ) {
    const seconds = (performance.now() - begun) / 1000
    await page.mouse.move(x + reachX * Math.sin(2 * seconds), y + reachY * Math.sin(3 * seconds))
  }
  await page.mouse.up()
  const times = await counting
  const between = times.slice(1).map((time, index) => time - (times[index] ?? time))
  between.sort((one, other) => one - other)
  const at = (share: number) => between[Math.floor(share * (between.length - 1))] ?? 0
  const processorMs = (1000 * ((await processorSeconds(page)) - usedS)) / between.length
  const passedMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
  return { perSecond: (1000 * between.length) / passedMs, medianMs: at(0.5), slowMs: at(0.95), processorMs }
}

async function processorSeconds(page: Page): Promise<number> {
  const browser = page.context().browser()
  if (browser === null) throw new Error('the page has no browser of its own')
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  } finally {
    await session.detach()
  }
}
