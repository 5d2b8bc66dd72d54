import { angularDistanceDeg, type Wcs } from '@fairlead/backend/wcs'
import { haloed, label2d } from './draw-compass'
import { formatAngle } from './format-angle'
import type { Viewport } from './viewport'

const second = 1 / 3600
const minute = 1 / 60
/** Lengths that read well, degrees. */
const lengths = [
  ...[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30].map((value) => value * second),
  ...[1, 2, 5, 10, 20, 30].map((value) => value * minute),
  ...[1, 2, 5, 10, 20, 30, 60],
]

/** The longest length that reads well and fits into `maximumPx` at this scale. */
export function scaleBarLength(degreesPerPx: number, maximumPx: number): number | undefined {
  return lengths.findLast((length) => length / degreesPerPx <= maximumPx)
}

/** How long an angle is in the middle of the view. */
export function drawScaleBar(context: CanvasRenderingContext2D, view: Viewport, wcs: Wcs): void {
  const left = wcs.pixelToSky(view.centerX - 0.5, view.centerY)
  const right = wcs.pixelToSky(view.centerX + 0.5, view.centerY)
  if (left === undefined || right === undefined) return
  const degreesPerPx = angularDistanceDeg(left, right) / view.scale
  if (!(degreesPerPx > 0)) return
  const length = scaleBarLength(degreesPerPx, Math.min(150, view.widthPx / 3))
  if (length === undefined) return
  const width = length / degreesPerPx
  const x = 18
  const y = view.heightPx - 20
  context.beginPath()
  context.moveTo(x, y - 5)
  context.lineTo(x, y)
  context.lineTo(x + width, y)
  context.lineTo(x + width, y - 5)
  haloed(context)
  context.font = "600 11px 'Inter Variable', sans-serif"
  context.textAlign = 'left'
  context.textBaseline = 'alphabetic'
  label2d(context, formatAngle(length), x, y - 9)
}
