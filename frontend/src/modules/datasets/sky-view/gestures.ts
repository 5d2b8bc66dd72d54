import type { Point } from './viewport'

export interface GestureHandlers {
  /** A pointer went down; whoever takes it gets its moves, otherwise it pans. */
  readonly take: (at: Point) => ((to: Point, ended: boolean) => void) | undefined
  readonly hover: (at: Point | undefined) => void
  readonly pan: (dx: number, dy: number) => void
  readonly zoom: (factor: number, anchor: Point) => void
}

/** Mouse, pen and touch on the canvas: one pointer drags, two pinch, the wheel zooms. */
export function listenToGestures(canvas: HTMLCanvasElement, handlers: GestureHandlers): () => void {
  const pointers = new Map<number, Point>()
  let taken: ((to: Point, ended: boolean) => void) | undefined
  const controller = new AbortController()
  const { signal } = controller

  const place = (event: MouseEvent): Point => {
    const { left, top } = canvas.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }

  canvas.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return
      canvas.setPointerCapture(event.pointerId)
      pointers.set(event.pointerId, place(event))
      if (pointers.size === 1) taken = handlers.take(place(event))
      else taken = undefined
    },
    { signal },
  )

  canvas.addEventListener(
    'pointermove',
    (event) => {
      const at = place(event)
      const before = pointers.get(event.pointerId)
      handlers.hover(at)
      if (before === undefined) return
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
      pointers.set(event.pointerId, at)
      if (other !== undefined) {
        const distance = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y))
        handlers.pan((at.x - before.x) / 2, (at.y - before.y) / 2)
        handlers.zoom(distance(at) / distance(before), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 })
      } else if (taken !== undefined) taken(at, false)
      else handlers.pan(at.x - before.x, at.y - before.y)
    },
    { signal },
  )

  const release = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return
    taken?.(place(event), true)
    taken = undefined
  }
  canvas.addEventListener('pointerup', release, { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener('pointerleave', () => handlers.hover(undefined), { signal })

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      // Lines and pages of old mice, in pixels.
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 32
      const amount = Math.max(-240, Math.min(240, event.deltaY * unit))
      handlers.zoom(2 ** (-amount / 240), place(event))
    },
    { signal, passive: false },
  )

  return () => controller.abort()
}
