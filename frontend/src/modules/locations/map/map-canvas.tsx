import { ActionIcon, Text, Tooltip, useComputedColorScheme } from '@mantine/core'
import { IconFocusCentered, IconMapOff, IconMinus, IconPlus } from '@tabler/icons-react'
import 'maplibre-gl/dist/maplibre-gl.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { loadBaseMap } from './base-map'
import type { GeographicBounds } from './covering'
import type { DensityLayer } from './density-layer'
import type { EpisodeView } from './episode-view'
import { LocationMap } from './location-map'
import classes from './map-canvas.module.css'
import { MapFrame } from './map-frame'
import { type MapPlace, reachFeature } from './near-reach'
import { personColor } from './person-style'
import type { Playback } from './playback'
import { positionAt } from './position-at'
import { episodesData, type PlacedTrack, trailsData } from './tracks-data'
import type { NearbyView } from './use-nearby'

/** Trails are drawn anew this often while time passes, milliseconds: the worker cuts them each time. */
const trailEveryMs = 120

/** The place that is asked about, and who was near it. */
export interface NearOnMap {
  readonly place: MapPlace
  readonly distanceM: number
  readonly persons: readonly NearbyView[]
}

/** A place to go to; another object goes there again. */
export interface MapTarget {
  readonly longitude: number
  readonly latitude: number
}

interface MapCanvasProps {
  readonly tracks: readonly (PlacedTrack & { readonly displayName: string })[]
  readonly followed: string | undefined
  readonly playback: Playback | undefined
  readonly episodes: readonly EpisodeView[]
  readonly selectedEpisode: number | undefined
  readonly density: DensityLayer | undefined
  readonly near: NearOnMap | undefined
  /** What is seen at first, and again by a button. */
  readonly bounds: GeographicBounds | undefined
  readonly target: MapTarget | undefined
  readonly onEpisode: (index: number) => void
  readonly onTrack: (person: string, longitude: number, latitude: number) => void
  readonly onPlace: (longitude: number, latitude: number) => void
}

export default function MapCanvas(props: MapCanvasProps) {
  const { tracks, followed, playback, episodes, selectedEpisode, density, near, bounds, target } = props
  const scheme = useComputedColorScheme('light')
  const container = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<LocationMap>()
  const [failure, setFailure] = useState<string>()
  const [hovered, setHovered] = useState<string>()
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (container.current === null || frame.current === null) return
    const drawn = new MapFrame(frame.current)
    const loading = new AbortController()
    let made: LocationMap
    try {
      made = new LocationMap(
        container.current,
        document.documentElement.dataset['mantineColorScheme'] === 'dark' ? 'dark' : 'light',
        {
          onMove: (view) => drawn.draw(view),
          onEpisode: (index) => latest.current.onEpisode(index),
          onTrack: (...track) => latest.current.onTrack(...track),
          onPlace: (...place) => latest.current.onPlace(...place),
          onCell: setHovered,
          onFailure: setFailure,
        },
      )
    } catch {
      setFailure('This browser draws no WebGL, which the map needs. Lists and the timeline work without it.')
      return
    }
    setMap(made)
    loadBaseMap(loading.signal).then(
      (base) => made.setBaseMap(base),
      (error: unknown) => {
        if (!loading.signal.aborted) setFailure(error instanceof Error ? error.message : String(error))
      },
    )
    return () => {
      loading.abort()
      setMap(undefined)
      made.remove()
    }
  }, [])

  useEffect(() => map?.setScheme(scheme), [map, scheme])
  useEffect(() => map?.setTracks(tracks), [map, tracks])
  useEffect(
    () => map?.setData('episodes', episodesData(episodes, selectedEpisode)),
    [map, episodes, selectedEpisode],
  )
  useEffect(() => {
    map?.setData('density', density?.features ?? { type: 'FeatureCollection', features: [] })
  }, [map, density])
  useEffect(() => {
    map?.setData(
      'reach',
      near === undefined
        ? { type: 'FeatureCollection', features: [] }
        : reachFeature(near.place, near.distanceM),
    )
  }, [map, near])
  useEffect(() => {
    if (bounds !== undefined) map?.fit(bounds)
  }, [map, bounds])
  useEffect(() => {
    if (target !== undefined) map?.flyTo(target.longitude, target.latitude)
  }, [map, target])

  const heads = useMemo(
    () =>
      tracks.map(({ track, place, displayName }) => ({
        person: track.person,
        displayName,
        color: personColor(place, scheme),
        isFollowed: track.person === followed,
      })),
    [tracks, scheme, followed],
  )
  useEffect(() => {
    if (map === undefined) return
    if (playback === undefined) {
      const persons = near?.persons ?? []
      map.heads.show(
        persons.map(({ person, displayName }) => ({
          person,
          displayName,
          color: personColor(0, scheme),
          isFollowed: false,
        })),
      )
      for (const { person, longitude, latitude } of persons) {
        map.heads.move(person, { longitude, latitude, lastFixMs: undefined })
      }
      map.setData('trails', trailsData([], 0))
      return
    }
    map.heads.show(heads)
    let drawnAt = Number.NEGATIVE_INFINITY
    let trailing: ReturnType<typeof setTimeout> | undefined
    const drawTrails = () => {
      trailing = undefined
      drawnAt = performance.now()
      map.setData('trails', trailsData(tracks, playback.time()))
    }
    const draw = () => {
      for (const { track } of tracks) map.heads.move(track.person, positionAt(track, playback.time()))
      trailing ??= setTimeout(drawTrails, Math.max(0, drawnAt + trailEveryMs - performance.now()))
    }
    draw()
    const stop = playback.subscribe(draw)
    return () => {
      stop()
      clearTimeout(trailing)
    }
  }, [map, heads, tracks, playback, near, scheme])

  const hoveredCount = hovered === undefined ? undefined : density?.counts.get(hovered)
  return (
    <div className={classes.map}>
      <section ref={container} className={classes.canvas} aria-label="Map" data-testid="locations-map" />
      <div ref={frame} className={classes.frame} aria-hidden>
        <div data-part="meridians" className={classes.meridians} />
        <div data-part="parallels" className={classes.parallels} />
        <div data-part="scale" className={classes.scale} />
        <div className={classes.source}>Base map: Natural Earth</div>
      </div>
      <div className={classes.buttons}>
        <MapButton label="Zoom in" onClick={() => map?.zoomBy(1)} icon={IconPlus} />
        <MapButton label="Zoom out" onClick={() => map?.zoomBy(-1)} icon={IconMinus} />
        {bounds !== undefined && (
          <MapButton label="Show everything" onClick={() => map?.fit(bounds)} icon={IconFocusCentered} />
        )}
      </div>
      {hoveredCount !== undefined && (
        <Text size="sm" className={classes.readout} component="output">
          {hoveredCount} persons in this cell
        </Text>
      )}
      {failure !== undefined && (
        <div className={classes.failure}>
          <EmptyState icon={IconMapOff} title="The map cannot be drawn" text={failure} compact />
        </div>
      )}
    </div>
  )
}

interface MapButtonProps {
  readonly label: string
  readonly icon: typeof IconPlus
  readonly onClick: () => void
}

function MapButton({ label, icon: Glyph, onClick }: MapButtonProps) {
  return (
    <Tooltip label={label} position="left">
      <ActionIcon variant="default" size={32} aria-label={label} onClick={onClick}>
        <Glyph size={17} stroke={1.8} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
