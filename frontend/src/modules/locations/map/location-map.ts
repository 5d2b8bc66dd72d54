import type { Feature, FeatureCollection } from 'geojson'
import { type GeoJSONSource, Map as MapLibreMap, type MapMouseEvent, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { BaseMap } from './base-map'
import type { GeographicBounds } from './covering'
import { type Graticule, graticuleFeature, graticuleOf } from './graticule'
import { Heads } from './heads'
import { wrapLongitude } from './longitude'
import { aboveTracks, mapStyle, paintsOf, type SourceName } from './map-style'
import { type ColorScheme, personColor, personStyle } from './person-style'
import type { Track } from './track'
import { trackAt } from './track-tiles/track-at'
import { TracksLayer } from './track-tiles/tracks-layer'
import type { PlacedTrack } from './tracks-data'

// A file of this server: the policy of our pages lets no script in from elsewhere.
setWorkerUrl(workerUrl)

/** Room between what is fitted into the view and the view's edge, pixels. */
const padding = 48
/** How close the map goes to a place on its own: some hundred metres across. */
const placeZoom = 17
/** Pixels between two lines of the grid, about. */
const gridPx = 120
/** As wide as a finger, pixels. */
const reachPx = 8

// As the style's own types have them: names and values are taken from a style that was checked.
type PaintProperty = Parameters<MapLibreMap['setPaintProperty']>[1]
type PaintValue = Parameters<MapLibreMap['setPaintProperty']>[2]

export interface MapEvents {
  /** The view has moved; while it moves, too. */
  readonly onMove: (view: MapView) => void
  readonly onEpisode: (index: number) => void
  /** A click on a person's track. */
  readonly onTrack: (person: string, longitude: number, latitude: number) => void
  /** A click on none of them. */
  readonly onPlace: (longitude: number, latitude: number) => void
  readonly onCell: (cell: string | undefined) => void
  readonly onFailure: (message: string) => void
}

export interface MapView {
  readonly bounds: GeographicBounds
  readonly graticule: Graticule
  /** Of the middle of the view, metres. */
  readonly metresPerPixel: number
  readonly project: (longitude: number, latitude: number) => { x: number; y: number }
  readonly widthPx: number
  readonly heightPx: number
}

/** The map itself; what it shows is set piece by piece, at any time. */
export class LocationMap {
  readonly heads: Heads
  readonly #map: MapLibreMap
  readonly #events: MapEvents
  /** What is shown; kept for a style that is made anew. */
  readonly #data = new Map<SourceName, FeatureCollection | Feature>()
  readonly #layer: TracksLayer
  #tracks: readonly PlacedTrack[] = []
  #scheme: ColorScheme
  #isReady = false

  /** @throws where the browser has no WebGL */
  constructor(container: HTMLElement, scheme: ColorScheme, events: MapEvents) {
    this.#events = events
    this.#scheme = scheme
    const map = new MapLibreMap({
      container,
      style: mapStyle(scheme),
      center: [10, 30],
      zoom: 1.2,
      minZoom: 0.5,
      maxZoom: 20,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
    })
    this.#map = map
    map.touchZoomRotate.disableRotation()
    map.keyboard.disableRotation()
    this.heads = new Heads(map)
    this.#layer = new TracksLayer(events.onFailure)
    map.on('webglcontextlost', () => {
      this.#isReady = false
    })
    // Again when the browser has given the context back that it took away.
    map.on('style.load', () => {
      this.#isReady = true
      map.addLayer(this.#layer, aboveTracks)
      for (const [name, data] of this.#data) this.#source(name)?.setData(data)
      this.#paint()
      this.#drawGraticule()
    })
    map.on('idle', () => {
      container.dataset['drawn'] = String(this.#layer.isComplete())
    })
    map.on('movestart', () => {
      container.dataset['drawn'] = 'false'
    })
    map.on('dataloading', () => {
      container.dataset['drawn'] = 'false'
    })
    map.on('move', () => this.#tellView())
    map.on('resize', () => this.#tellView())
    map.on('moveend', () => this.#drawGraticule())
    map.on('click', (event) => this.#click(event))
    map.on('mousemove', 'density', ({ features }) => {
      const cell: unknown = features?.[0]?.properties['cell']
      events.onCell(typeof cell === 'string' ? cell : undefined)
    })
    map.on('mouseleave', 'density', () => events.onCell(undefined))
    map.on('mousemove', ({ point, lngLat }) => {
      if (map.isMoving() || !this.#isReady) return
      const isOnSomething = this.#episodeAt(point) !== undefined || this.#trackAt(lngLat) !== undefined
      map.getCanvas().style.cursor = isOnSomething ? 'pointer' : ''
    })
    this.#tellView()
  }

  remove(): void {
    this.#map.remove()
    this.#layer.stop()
  }

  setScheme(scheme: ColorScheme): void {
    if (scheme === this.#scheme) return
    this.#scheme = scheme
    if (this.#isReady) this.#paint()
    this.setTracks(this.#tracks)
  }

  setTracks(tracks: readonly PlacedTrack[]): void {
    this.#tracks = tracks
    this.#layer.show(
      tracks.map(({ track, place }) => ({
        track,
        color: personColor(place, this.#scheme),
        dash: personStyle(place).dash,
      })),
    )
  }

  setBaseMap({ land, coast, borders }: BaseMap): void {
    this.setData('land', land)
    this.setData('coast', { type: 'Feature', properties: {}, geometry: coast })
    this.setData('borders', { type: 'Feature', properties: {}, geometry: borders })
  }

  setData(name: SourceName, data: FeatureCollection | Feature): void {
    this.#data.set(name, data)
    if (this.#isReady) this.#source(name)?.setData(data)
  }

  fit({ west, south, east, north }: GeographicBounds): void {
    this.#map.fitBounds(
      [
        [west, south],
        [east, north],
      ],
      { padding: this.#padding(), maxZoom: placeZoom, duration: 600 },
    )
  }

  flyTo(longitude: number, latitude: number): void {
    const zoom = Math.max(this.#map.getZoom(), placeZoom)
    this.#map.flyTo({ center: [longitude, latitude], zoom, maxDuration: 1500 })
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: 250 })
  }

  /** A small view keeps some room for what is fitted. */
  #padding(): number {
    const { clientWidth, clientHeight } = this.#map.getContainer()
    return Math.min(padding, clientWidth / 6, clientHeight / 6)
  }

  #source(name: SourceName): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(name)
  }

  #paint(): void {
    for (const { layer, property, value } of paintsOf(this.#scheme)) {
      this.#map.setPaintProperty(layer, property as PaintProperty, value as PaintValue)
    }
  }

  #click({ point, lngLat }: MapMouseEvent): void {
    if (!this.#isReady) return
    const index = this.#episodeAt(point)
    if (index !== undefined) {
      this.#events.onEpisode(index)
      return
    }
    const track = this.#trackAt(lngLat)
    if (track !== undefined) this.#events.onTrack(track.person, lngLat.lng, lngLat.lat)
    else this.#events.onPlace(wrapLongitude(lngLat.lng), lngLat.lat)
  }

  #episodeAt({ x, y }: MapMouseEvent['point']): number | undefined {
    const box: [[number, number], [number, number]] = [
      [x - reachPx, y - reachPx],
      [x + reachPx, y + reachPx],
    ]
    const [episode] = this.#map.queryRenderedFeatures(box, { layers: ['episodes'] })
    const index: unknown = episode?.properties['index']
    return typeof index === 'number' ? index : undefined
  }

  #trackAt({ lng, lat }: MapMouseEvent['lngLat']): Track | undefined {
    const reachDeg = (reachPx * 360) / (512 * 2 ** this.#map.getZoom())
    const tracks = this.#tracks.map(({ track }) => track)
    return trackAt(tracks, { longitude: lng, latitude: lat }, reachDeg)
  }

  #drawGraticule(): void {
    const { bounds, widthPx } = this.#view()
    const width = bounds.east - bounds.west
    const linesAcross = widthPx / gridPx
    // The lines reach twice as far as what they are made for; the whole world is drawn once, and repeated by the map.
    const world = { west: -90, east: 90, south: -45, north: 45 }
    this.setData(
      'graticule',
      width >= 180
        ? graticuleFeature(world, (linesAcross * 180) / width)
        : graticuleFeature(bounds, linesAcross),
    )
  }

  #tellView(): void {
    this.#events.onMove(this.#view())
  }

  #view(): MapView {
    const map = this.#map
    const box = map.getBounds()
    const bounds = {
      west: box.getWest(),
      south: box.getSouth(),
      east: box.getEast(),
      north: box.getNorth(),
    }
    const { clientWidth: widthPx, clientHeight: heightPx } = map.getContainer()
    const middle = map.getCenter()
    const equatorM = 2 * Math.PI * 6_371_008.7714
    const metresPerPixel = (equatorM * Math.cos((middle.lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom())
    return {
      bounds,
      graticule: graticuleOf(bounds, widthPx / gridPx),
      metresPerPixel,
      project: (longitude, latitude) => map.project([longitude, latitude]),
      widthPx,
      heightPx,
    }
  }
}
