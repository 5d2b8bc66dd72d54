import type { MapView } from './location-map'

/** Lengths that a scale bar has, metres. */
function roundLength(maximumM: number): number {
  const power = 10 ** Math.floor(Math.log10(maximumM))
  const factor = [5, 2, 1].find((candidate) => candidate * power <= maximumM) ?? 1
  return factor * power
}

/** The longest round length that is at most so wide. */
export function scaleBar(metresPerPixel: number, maximumPx: number): { widthPx: number; label: string } {
  const lengthM = roundLength(metresPerPixel * maximumPx)
  const label = lengthM >= 1000 ? `${lengthM / 1000} km` : `${lengthM} m`
  return { widthPx: lengthM / metresPerPixel, label }
}

/** Kept free for the meridians' labels above and the scale below. */
const edgePx = 36

/** Writes scale and grid around the map. Straight into the page: it is done for each frame of a pan. */
export class MapFrame {
  readonly #element: HTMLElement

  constructor(element: HTMLElement) {
    this.#element = element
  }

  draw(view: MapView): void {
    const { widthPx, label } = scaleBar(view.metresPerPixel, 110)
    const scale = this.#part('scale')
    scale.style.width = `${widthPx}px`
    scale.textContent = label
    const { meridians, parallels } = view.graticule
    const { bounds } = view
    this.#labels(
      'meridians',
      meridians.map(({ value, label: text }) => ({ text, at: view.project(value, bounds.south).x })),
      'left',
    )
    this.#labels(
      'parallels',
      parallels
        .map(({ value, label: text }) => ({ text, at: view.project(bounds.west, value).y }))
        .filter(({ at }) => at > edgePx && at < view.heightPx - edgePx),
      'top',
    )
  }

  #part(name: string): HTMLElement {
    const part = this.#element.querySelector<HTMLElement>(`[data-part="${name}"]`)
    if (part === null) throw new Error(`the map's frame has no ${name}`)
    return part
  }

  #labels(name: string, labels: readonly { text: string; at: number }[], edge: 'left' | 'top'): void {
    const part = this.#part(name)
    while (part.children.length > labels.length) part.lastElementChild?.remove()
    while (part.children.length < labels.length) part.append(document.createElement('span'))
    for (const [index, { text, at }] of labels.entries()) {
      const label = part.children[index]
      if (!(label instanceof HTMLElement)) continue
      if (label.textContent !== text) label.textContent = text
      label.style[edge] = `${at}px`
    }
  }
}
