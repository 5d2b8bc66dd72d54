import { type Map as MapLibreMap, Marker } from 'maplibre-gl'
import classes from './heads.module.css'
import type { TrackPosition } from './position-at'

export interface Head {
  readonly person: string
  readonly displayName: string
  /** CSS. */
  readonly color: string
  readonly isFollowed: boolean
}

/** With more persons than that their names would hide the map; the followed one keeps its own. */
const namesFor = 8

/** A marker with a name for each person, which moves. */
export class Heads {
  readonly #map: MapLibreMap
  #markers = new Map<string, Marker>()

  constructor(map: MapLibreMap) {
    this.#map = map
  }

  show(heads: readonly Head[]): void {
    const before = this.#markers
    this.#markers = new Map()
    for (const head of heads) {
      const marker = before.get(head.person) ?? new Marker({ element: headElement(), anchor: 'center' })
      before.delete(head.person)
      this.#markers.set(head.person, marker)
      const element = marker.getElement()
      element.style.setProperty('--head-color', head.color)
      element.dataset['followed'] = String(head.isFollowed)
      element.title = head.displayName
      const name = element.querySelector('span')
      if (name !== null) {
        name.textContent = head.isFollowed || heads.length <= namesFor ? head.displayName : ''
      }
    }
    for (const gone of before.values()) gone.remove()
  }

  move(person: string, position: TrackPosition | undefined): void {
    const marker = this.#markers.get(person)
    if (marker === undefined) return
    if (position === undefined) {
      marker.remove()
      return
    }
    const element = marker.getElement()
    element.dataset['gap'] = String(position.lastFixMs !== undefined)
    marker.setLngLat([position.longitude, position.latitude])
    if (!element.isConnected) marker.addTo(this.#map)
  }
}

function headElement(): HTMLElement {
  const element = document.createElement('div')
  element.className = classes.head ?? ''
  // The list of persons says the same, in words.
  element.ariaHidden = 'true'
  element.append(document.createElement('i'), document.createElement('span'))
  return element
}
