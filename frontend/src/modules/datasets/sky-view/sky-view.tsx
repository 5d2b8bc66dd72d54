import type { Appearance } from '@fairlead/backend/imaging'
import { angularDistanceDeg, type Region, type SkyPosition, type Wcs } from '@fairlead/backend/wcs'
import { VisuallyHidden } from '@mantine/core'
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import type { Drawing } from './draw-region'
import { listenToGestures } from './gestures'
import { keyCommand } from './key-command'
import { dragged, handlesOf } from './region-handles'
import { type PixelValue, SkyCanvas } from './sky-canvas'
import classes from './sky-view.module.css'
import type { Tile } from './tile-cache'
import type { PyramidShape, TileAddress } from './tile-grid'
import { type Point, toCanvas, type Viewport } from './viewport'

export type Tool = 'pan' | 'circle' | 'polygon'

/** What lies under the pointer. */
export interface CursorReading {
  /** FITS pixels. */
  readonly pixel: Point
  readonly sky: SkyPosition | undefined
  readonly pixelValue: PixelValue | undefined
}

export interface SkyViewControls {
  zoom(factor: number): void
  fit(): void
}

interface SkyViewProps {
  readonly label: string
  readonly shape: PyramidShape
  readonly wcs: Wcs | undefined
  readonly appearance: Appearance
  readonly showGrid: boolean
  readonly tool: Tool
  readonly region: Region | undefined
  readonly loadTile: (address: TileAddress, signal: AbortSignal) => Promise<Tile>
  readonly onRegion: (region: Region | undefined) => void
  readonly onToolDone: () => void
  readonly onCursor: (reading: CursorReading | undefined) => void
  readonly controls: RefObject<SkyViewControls | null>
}

/** CSS pixels around a handle that still catch it. */
const catchRadius = 12

export function SkyView(props: SkyViewProps) {
  const { label, shape, wcs, appearance, showGrid, tool, region, loadTile } = props
  const element = useRef<HTMLCanvasElement>(null)
  const sky = useRef<SkyCanvas>(null)
  const current = useRef(props)
  const drawing = useRef<Drawing>(undefined)
  /** What another plane of the same image showed. */
  const before = useRef<{ shape: PyramidShape; view: Viewport }>(undefined)
  const [ready, setReady] = useState(false)
  const help = useId()

  useEffect(() => {
    current.current = props
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: appearance changes go to the canvas that is there.
  useEffect(() => {
    const canvas = element.current
    if (canvas === null) return
    const view = new SkyCanvas({ canvas, shape, wcs, appearance, loadTile, onReady: setReady })
    sky.current = view
    if (before.current?.shape === shape) view.show(before.current.view)
    view.setGrid(showGrid)
    view.setRegion(region, undefined)
    const stop = listenToGestures(canvas, {
      pan: (dx, dy) => view.pan(dx, dy),
      zoom: (factor, anchor) => view.zoom(factor, anchor),
      hover: (at) => hover(view, at),
      take: (at) => take(view, at),
    })
    return () => {
      before.current = { shape, view: view.view }
      stop()
      view.close()
      sky.current = null
    }
  }, [shape, wcs, loadTile])

  useEffect(() => sky.current?.setAppearance(appearance), [appearance])
  useEffect(() => sky.current?.setGrid(showGrid), [showGrid])
  useEffect(() => {
    if (tool !== 'polygon') drawing.current = undefined
    sky.current?.setRegion(region, drawing.current)
  }, [region, tool])

  useImperativeHandle(props.controls, () => ({
    zoom: (factor) => sky.current?.zoom(factor),
    fit: () => sky.current?.fit(),
  }))

  function skyAt(view: SkyCanvas, at: Point): SkyPosition | undefined {
    const pixel = view.imageAt(at)
    return current.current.wcs?.pixelToSky(pixel.x, pixel.y)
  }

  function hover(view: SkyCanvas, at: Point | undefined): void {
    const { onCursor } = current.current
    if (at === undefined) {
      onCursor(undefined)
      return
    }
    const pixel = view.imageAt(at)
    onCursor({ pixel, sky: skyAt(view, at), pixelValue: view.valueAt(pixel) })
    if (drawing.current !== undefined) setDrawing({ ...drawing.current, pointer: skyAt(view, at) })
  }

  function setDrawing(next: Drawing | undefined): void {
    drawing.current = next
    sky.current?.setRegion(next === undefined ? current.current.region : undefined, next)
  }

  function take(view: SkyCanvas, at: Point): ((to: Point, ended: boolean) => void) | undefined {
    const { tool: active, wcs: coordinates, region: shown } = current.current
    if (coordinates === undefined) return undefined
    if (active === 'circle') return drawCircle(view, at)
    if (active === 'polygon') return (to, ended) => ended && addCorner(view, to)
    const caught =
      shown === undefined
        ? undefined
        : handlesOf(coordinates, shown).findLast((handle) => near(toCanvas(view.view, handle.at), at))
    if (caught === undefined) return undefined
    return (to) => {
      const position = skyAt(view, to)
      const { region: before, onRegion } = current.current
      if (position !== undefined && before !== undefined) onRegion(dragged(before, caught.handle, position))
    }
  }

  function drawCircle(view: SkyCanvas, from: Point): ((to: Point, ended: boolean) => void) | undefined {
    const center = skyAt(view, from)
    if (center === undefined) return undefined
    return (to, ended) => {
      const rim = skyAt(view, to)
      // A click without a drag gives no circle; the tool stays.
      if (rim === undefined || Math.hypot(to.x - from.x, to.y - from.y) < 3) return
      const radiusDeg = angularDistanceDeg(center, rim)
      current.current.onRegion({ kind: 'circle', ...center, radiusDeg })
      if (ended) current.current.onToolDone()
    }
  }

  function addCorner(view: SkyCanvas, at: Point): void {
    const position = skyAt(view, at)
    if (position === undefined) return
    const vertices = drawing.current?.vertices ?? []
    const [first] = vertices
    const start = first && current.current.wcs?.skyToPixel(first.raDeg, first.decDeg)
    if (start !== undefined && vertices.length >= 3 && near(toCanvas(view.view, start), at)) closePolygon()
    else setDrawing({ vertices: [...vertices, position], pointer: position })
  }

  function closePolygon(): void {
    const vertices = drawing.current?.vertices ?? []
    if (vertices.length < 3) return
    drawing.current = undefined
    current.current.onRegion({ kind: 'polygon', vertices })
    current.current.onToolDone()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const command = keyCommand(event)
    if (command === undefined) return
    event.preventDefault()
    switch (command.kind) {
      case 'pan':
        sky.current?.pan(command.dx, command.dy)
        break
      case 'zoom':
        sky.current?.zoom(command.factor)
        break
      case 'fit':
        sky.current?.fit()
        break
      case 'close':
        closePolygon()
        break
      case 'back':
        if (drawing.current !== undefined) {
          setDrawing({ ...drawing.current, vertices: drawing.current.vertices.slice(0, -1) })
        }
        break
      case 'cancel':
        setDrawing(undefined)
        current.current.onToolDone()
        break
      default:
        command satisfies never
    }
  }

  return (
    <>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application takes keys. */}
      <canvas
        ref={element}
        className={classes.canvas}
        data-tool={tool}
        data-testid="sky-view"
        data-ready={ready}
        role="application"
        aria-label={label}
        aria-describedby={help}
        tabIndex={0}
        onKeyDown={onKeyDown}
      />
      <VisuallyHidden id={help}>
        Arrow keys pan, plus and minus zoom, 0 shows the whole image. A region can also be typed beside the
        image.
      </VisuallyHidden>
    </>
  )
}

function near(a: Point, b: Point): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= catchRadius
}
