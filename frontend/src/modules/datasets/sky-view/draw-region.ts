import type { Region, SkyPosition, Wcs } from '@fairlead/backend/wcs'
import { handlesOf } from './region-handles'
import { greatCircle, imageOutline } from './region-outline'
import { type Point, toCanvas, type Viewport } from './viewport'

/** A polygon whose corners are being placed. */
export interface Drawing {
  readonly vertices: readonly SkyPosition[]
  /** Where the pointer is. */
  readonly pointer: SkyPosition | undefined
}

const line = '#ffd166'

export function drawRegion(
  context: CanvasRenderingContext2D,
  view: Viewport,
  wcs: Wcs,
  region: Region,
): void {
  tracePath(context, view, imageOutline(wcs, region), true)
  context.fillStyle = 'rgb(255 209 102 / 10%)'
  context.fill()
  strokeTwice(context)
  for (const { handle, at } of handlesOf(wcs, region)) {
    drawHandle(context, toCanvas(view, at), handle.kind === 'center')
  }
}

export function drawDrawing(
  context: CanvasRenderingContext2D,
  view: Viewport,
  wcs: Wcs,
  drawing: Drawing,
): void {
  const corners = drawing.pointer === undefined ? drawing.vertices : [...drawing.vertices, drawing.pointer]
  const points = corners.flatMap((corner, index) => {
    const next = corners[index + 1]
    return next === undefined ? [corner] : greatCircle(corner, next, 24)
  })
  tracePath(
    context,
    view,
    points.map(({ raDeg, decDeg }) => wcs.skyToPixel(raDeg, decDeg)),
    false,
  )
  strokeTwice(context)
  for (const { raDeg, decDeg } of drawing.vertices) {
    const at = wcs.skyToPixel(raDeg, decDeg)
    if (at !== undefined) drawHandle(context, toCanvas(view, at), false)
  }
}

function tracePath(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: readonly (Point | undefined)[],
  closed: boolean,
): void {
  context.beginPath()
  let pen = false
  for (const point of points) {
    if (point === undefined) {
      pen = false
      continue
    }
    const { x, y } = toCanvas(view, point)
    if (pen) context.lineTo(x, y)
    else context.moveTo(x, y)
    pen = true
  }
  if (closed && points.every((point) => point !== undefined)) context.closePath()
}

/** Bright on dark, so that it shows on any image. */
function strokeTwice(context: CanvasRenderingContext2D): void {
  context.lineJoin = 'round'
  context.strokeStyle = 'rgb(0 0 0 / 65%)'
  context.lineWidth = 4
  context.stroke()
  context.strokeStyle = line
  context.lineWidth = 1.75
  context.stroke()
}

function drawHandle(context: CanvasRenderingContext2D, { x, y }: Point, isCenter: boolean): void {
  context.beginPath()
  if (isCenter) {
    context.moveTo(x - 6, y)
    context.lineTo(x + 6, y)
    context.moveTo(x, y - 6)
    context.lineTo(x, y + 6)
    strokeTwice(context)
    return
  }
  context.arc(x, y, 5, 0, 2 * Math.PI)
  context.fillStyle = '#fff'
  context.fill()
  context.strokeStyle = 'rgb(0 0 0 / 70%)'
  context.lineWidth = 1.5
  context.stroke()
}
