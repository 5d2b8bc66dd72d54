import type { Wcs } from '@fairlead/backend/wcs'
import { label2d } from './draw-compass'
import { type Point, toCanvas, toImage, type Viewport } from './viewport'

/** Steps between two lines, degrees. */
const steps = [
  1 / 3600,
  5 / 3600,
  15 / 3600,
  30 / 3600,
  1 / 60,
  2 / 60,
  5 / 60,
  10 / 60,
  0.25,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
]

interface Extent {
  readonly raMin: number
  readonly raMax: number
  readonly decMin: number
  readonly decMax: number
}

/** Lines of equal right ascension and declination, ICRS, with their degrees. */
export function drawGrid(context: CanvasRenderingContext2D, view: Viewport, wcs: Wcs): void {
  const extent = extentOf(view, wcs)
  if (extent === undefined) return
  const { raMin, raMax, decMin, decMax } = extent
  const decStep = stepFor(decMax - decMin)
  const raStep = stepFor(raMax - raMin)
  context.font = "500 10.5px 'Inter Variable', sans-serif"
  context.textAlign = 'left'
  context.textBaseline = 'bottom'
  for (let dec = Math.ceil(decMin / decStep) * decStep; dec <= decMax; dec += decStep) {
    if (Math.abs(dec) > 89.999) continue
    drawLine(context, view, degrees(dec), (t) => wcs.skyToPixel(wrapped(raMin + (raMax - raMin) * t), dec))
  }
  for (let ra = Math.ceil(raMin / raStep) * raStep; ra <= raMax && ra < raMin + 360; ra += raStep) {
    drawLine(context, view, degrees(wrapped(ra)), (t) =>
      wcs.skyToPixel(wrapped(ra), Math.max(-89.99, Math.min(89.99, decMin + (decMax - decMin) * t))),
    )
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  view: Viewport,
  text: string,
  pixelAt: (t: number) => Point | undefined,
): void {
  const samples = 120
  let before: Point | undefined
  let labelled = false
  context.beginPath()
  for (let sample = 0; sample <= samples; sample++) {
    const pixel = pixelAt(sample / samples)
    const at = pixel === undefined ? undefined : toCanvas(view, pixel)
    // A projection may be cut open: a line does not jump over the cut.
    const joined =
      at !== undefined && before !== undefined && Math.hypot(at.x - before.x, at.y - before.y) < 400
    if (at !== undefined && joined) context.lineTo(at.x, at.y)
    else if (at !== undefined) context.moveTo(at.x, at.y)
    before = at
  }
  // Dark under light, so that it shows on bright and on dark images.
  context.strokeStyle = 'rgb(0 0 0 / 28%)'
  context.lineWidth = 3
  context.stroke()
  context.strokeStyle = 'rgb(255 255 255 / 55%)'
  context.lineWidth = 1
  context.stroke()
  for (let sample = 0; sample <= samples && !labelled; sample += 2) {
    const pixel = pixelAt(sample / samples)
    const at = pixel === undefined ? undefined : toCanvas(view, pixel)
    if (at === undefined) continue
    if (at.x < 8 || at.y < 20 || at.x > view.widthPx - 60 || at.y > view.heightPx - 60) continue
    label2d(context, text, at.x + 3, at.y - 2)
    labelled = true
  }
}

/** What the view spans; all right ascensions when a pole is in it. */
function extentOf(view: Viewport, wcs: Wcs): Extent | undefined {
  const middle = wcs.pixelToSky(view.centerX, view.centerY)
  const reference = middle?.raDeg ?? 0
  let extent: Extent | undefined
  const samples = 24
  for (let row = 0; row <= samples; row++) {
    for (let column = 0; column <= samples; column++) {
      const pixel = toImage(view, {
        x: (view.widthPx * column) / samples,
        y: (view.heightPx * row) / samples,
      })
      const sky = wcs.pixelToSky(pixel.x, pixel.y)
      if (sky === undefined) continue
      // Continuous around the middle, not torn at 0 h.
      const ra = reference + ((((sky.raDeg - reference + 180) % 360) + 360) % 360) - 180
      extent = {
        raMin: Math.min(extent?.raMin ?? ra, ra),
        raMax: Math.max(extent?.raMax ?? ra, ra),
        decMin: Math.min(extent?.decMin ?? sky.decDeg, sky.decDeg),
        decMax: Math.max(extent?.decMax ?? sky.decDeg, sky.decDeg),
      }
    }
  }
  if (extent === undefined) return undefined
  for (const [pole, bound] of [
    [90, 'decMax'],
    [-90, 'decMin'],
  ] as const) {
    const pixel = wcs.skyToPixel(reference, pole)
    if (pixel === undefined) continue
    const at = toCanvas(view, pixel)
    if (at.x < 0 || at.y < 0 || at.x > view.widthPx || at.y > view.heightPx) continue
    extent = { ...extent, raMin: reference - 180, raMax: reference + 180, [bound]: pole }
  }
  return extent
}

function stepFor(span: number): number {
  return steps.find((step) => span / step <= 7) ?? 30
}

function wrapped(ra: number): number {
  return ((ra % 360) + 360) % 360
}

function degrees(value: number): string {
  return `${Number(value.toFixed(4))}°`
}
