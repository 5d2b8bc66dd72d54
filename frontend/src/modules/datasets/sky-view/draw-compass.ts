import type { Wcs } from '@fairlead/backend/wcs'
import { displaced } from './region-outline'
import type { Viewport } from './viewport'

/** Arrows to north and east in the middle of the view, drawn in its corner. */
export function drawCompass(context: CanvasRenderingContext2D, view: Viewport, wcs: Wcs): void {
  const here = wcs.pixelToSky(view.centerX, view.centerY)
  if (here === undefined) return
  const length = 30
  const x = view.widthPx - 50
  const y = view.heightPx - 50
  for (const [label, bearing] of [
    ['N', 0],
    ['E', 90],
  ] as const) {
    const there = displaced(here, bearing, wcs.pixelScaleDeg)
    const pixel = wcs.skyToPixel(there.raDeg, there.decDeg)
    if (pixel === undefined) continue
    const dx = pixel.x - view.centerX
    const dy = view.centerY - pixel.y
    const size = Math.hypot(dx, dy)
    if (!(size > 0)) continue
    const [ux, uy] = [dx / size, dy / size]
    context.beginPath()
    context.moveTo(x, y)
    context.lineTo(x + ux * length, y + uy * length)
    haloed(context)
    context.font = "600 11px 'Inter Variable', sans-serif"
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    label2d(context, label, x + ux * (length + 10), y + uy * (length + 10))
  }
}

/** A white line with a dark edge. */
export function haloed(context: CanvasRenderingContext2D): void {
  context.lineCap = 'round'
  context.strokeStyle = 'rgb(0 0 0 / 70%)'
  context.lineWidth = 4
  context.stroke()
  context.strokeStyle = '#fff'
  context.lineWidth = 1.5
  context.stroke()
}

/** White text with a dark edge. */
export function label2d(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.lineJoin = 'round'
  context.strokeStyle = 'rgb(0 0 0 / 75%)'
  context.lineWidth = 3
  context.strokeText(text, x, y)
  context.fillStyle = '#fff'
  context.fillText(text, x, y)
}
