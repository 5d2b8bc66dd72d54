import type { Page } from 'playwright-core'

const lastingMs = 5_000

export interface Frames {
  readonly perSecond: number
  /** Between two frames, milliseconds. */
  readonly medianMs: number
  readonly slowMs: number
}

/** Drags the map about for some seconds, and counts what the browser draws meanwhile. */
export async function panMap(page: Page): Promise<Frames> {
  const box = await page.getByTestId('locations-map').boundingBox()
  if (box === null) throw new Error('there is no map')
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
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (const begun = performance.now(); performance.now() - begun < lastingMs; ) {
    const seconds = (performance.now() - begun) / 1000
    await page.mouse.move(x + 220 * Math.sin(2 * seconds), y + 120 * Math.sin(3 * seconds))
  }
  await page.mouse.up()
  const times = await counting
  const between = times.slice(1).map((time, index) => time - (times[index] ?? time))
  between.sort((one, other) => one - other)
  const at = (share: number) => between[Math.floor(share * (between.length - 1))] ?? 0
  const passedMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
  return { perSecond: (1000 * between.length) / passedMs, medianMs: at(0.5), slowMs: at(0.95) }
}
