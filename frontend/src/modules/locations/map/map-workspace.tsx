import type { LookReason, Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { Loader, SegmentedControl, useComputedColorScheme } from '@mantine/core'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { PageLoader } from '../../../ui/page-loader'
import { Panel } from '../../../ui/panel'
import { coveringBounds, type GeographicBounds } from './covering'
import type { MapTarget, NearOnMap } from './map-canvas'
import { firstChoice, type MapChoice, type MapView, placeOf } from './map-choice'
import { MapForm, maximumPersons } from './map-form'
import { MapHint } from './map-hint'
import { MapResults } from './map-results'
import classes from './map-workspace.module.css'
import { reachBounds } from './near-reach'
import { nearestFixMs } from './nearest-fix'
import { personColor } from './person-style'
import { Playback } from './playback'
import { dayWindow, fieldFromTime, timeFromField } from './time-window'
import { Timeline } from './timeline'
import { useAddressedSubjects } from './use-addressed-subjects'
import { useAskedWindow, useNearbyRequest } from './use-asked'
import { useDensity } from './use-density'
import { useEpisodes } from './use-episodes'
import { useGraph } from './use-graph'
import { type NearbyView, useNearby } from './use-nearby'
import { usePersonsOnMap } from './use-persons-on-map'

const MapCanvas = lazy(() => import('./map-canvas'))
const GraphView = lazy(() => import('./graph-view'))

/** As in map-workspace.module.css: the map is below the form there, where whoever presses Show would not see it. */
const stageIsBelow = '(max-width: 62em)'

const nobody: readonly Subject[] = []
const noEpisodes = [] as const

interface MapWorkspaceProps {
  readonly organization: string
  readonly look: LookReason
}

export function MapWorkspace({ organization, look }: MapWorkspaceProps) {
  const scheme = useComputedColorScheme('light')
  const [choice, setChoice] = useState(() => firstChoice(Date.now()))
  /** What was asked for last in each view. */
  const [asked, setAsked] = useState<Partial<Record<MapView, MapChoice>>>({})
  const [followed, setFollowed] = useState<string>()
  const [selected, setSelected] = useState<number>()
  const [target, setTarget] = useState<MapTarget>()
  const [bounds, setBounds] = useState<GeographicBounds>()
  const [graphPerson, setGraphPerson] = useState<string>()
  const { view } = choice
  const stage = useRef<HTMLDivElement>(null)

  useAddressedSubjects(organization, look.purpose, (persons) =>
    setChoice((before) => ({ ...before, persons })),
  )

  const trackWindow = useAskedWindow(asked.tracks)
  const { persons, tracks, isLoading } = usePersonsOnMap(
    organization,
    look,
    asked.tracks?.persons ?? nobody,
    trackWindow,
  )
  const rule = (asked.tracks ?? choice).rule
  const episodes = useEpisodes(organization, look, trackWindow && followed, trackWindow, rule)
  const density = useDensity(
    organization,
    look,
    useAskedWindow(asked.density),
    (asked.density ?? choice).resolution,
  )
  const graphWindow = useAskedWindow(asked.graph)
  const graph = useGraph(
    organization,
    look,
    asked.graph && graphWindow
      ? {
          persons: asked.graph.persons.map(({ person }) => person),
          window: graphWindow,
          rule: asked.graph.rule,
          degrees: asked.graph.degrees,
        }
      : undefined,
  )

  const nearbyAsked = useNearbyRequest(asked.nearby)
  const nearby = useNearby(organization, look, nearbyAsked)

  const playback = useMemo(
    () => (trackWindow === undefined ? undefined : new Playback(trackWindow.startMs, trackWindow.endMs)),
    [trackWindow],
  )
  useEffect(() => () => playback?.pause(), [playback])

  // Once all that was asked for is there; a person added later does not move the map.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  useEffect(() => {
    if (isLoading || tracks.length === 0) return
    const first = Math.min(...tracks.map(({ track }) => track.times[0] ?? Number.POSITIVE_INFINITY))
    if (playback?.time() === playback?.startMs && Number.isFinite(first)) playback?.moveTo(first)
    setBounds(coveringBounds(tracks.map(({ track }) => track)))
  }, [isLoading, playback])
  const densityLayer = density.data?.layer
  useEffect(() => {
    if (densityLayer?.bounds !== undefined) setBounds(densityLayer.bounds)
  }, [densityLayer])

  const shownEpisodes = episodes.data?.episodes ?? noEpisodes
  const select = useCallback(
    (index: number) => {
      const episode = shownEpisodes[index]
      if (episode === undefined) return
      setSelected(index)
      setTarget({ longitude: episode.longitude, latitude: episode.latitude })
      playback?.pause()
      playback?.moveTo(episode.closestMs)
    },
    [shownEpisodes, playback],
  )
  const colorOf = (person: string) => {
    const place = persons.find((candidate) => candidate.person === person)?.place
    return place === undefined ? undefined : personColor(place, scheme)
  }
  const follow = (person: string) => {
    setFollowed(person)
    setSelected(undefined)
  }
  const add = (person: string, displayName: string) => {
    const subject = { person, displayName, firstFixTime: undefined, lastFixTime: undefined }
    const withPerson = (before: MapChoice) => ({ ...before, persons: [...before.persons, subject] })
    if (asked.tracks === undefined) return
    setAsked({ ...asked, tracks: withPerson(asked.tracks) })
    if (!choice.persons.some((known) => known.person === person)) setChoice(withPerson)
  }
  const show = () => {
    setAsked({ ...asked, [view]: choice })
    if (window.matchMedia(stageIsBelow).matches) stage.current?.scrollIntoView({ block: 'start' })
    const place = placeOf(choice.nearby)
    if (view === 'nearby' && place !== undefined) setBounds(reachBounds(place, choice.nearby.distanceM))
    if (view !== 'tracks') return
    setSelected(undefined)
    if (!choice.persons.some(({ person }) => person === followed)) setFollowed(choice.persons[0]?.person)
  }

  const changeView = (changed: MapView) => {
    const { nearby: before } = choice
    // The moment that the tracks show, else the middle of the window.
    const timeMs = playback?.time() ?? (timeFromField(choice.start) + timeFromField(choice.end)) / 2
    const isFirst = changed === 'nearby' && before.moment === '' && !Number.isNaN(timeMs)
    setChoice({
      ...choice,
      view: changed,
      nearby: isFirst ? { ...before, moment: new Date(timeMs).toISOString().slice(0, 19) } : before,
    })
  }
  const showNearTracks = (found: readonly NearbyView[], timeMs: number) => {
    const { startMs, endMs } = dayWindow(timeMs)
    setChoice({
      ...choice,
      view: 'tracks',
      persons: found.slice(0, maximumPersons).map(({ person, displayName }) => ({
        person,
        displayName,
        firstFixTime: undefined,
        lastFixTime: undefined,
      })),
      start: fieldFromTime(startMs),
      end: fieldFromTime(endMs),
      isWindowChosen: true,
    })
  }
  const near = useMemo((): NearOnMap | undefined => {
    const chosen = placeOf(choice.nearby)
    if (chosen === undefined) return undefined
    const { distanceM } = choice.nearby
    // Those who were found stand there for as long as it is the place that was asked about.
    const isAsked =
      nearbyAsked?.place.longitude === chosen.longitude && nearbyAsked.place.latitude === chosen.latitude
    return { place: chosen, distanceM, persons: isAsked ? (nearby.data?.persons ?? noEpisodes) : noEpisodes }
  }, [choice.nearby, nearbyAsked, nearby.data])

  const isBusy = {
    tracks: isLoading,
    density: density.isFetching,
    graph: graph.isFetching,
    nearby: nearby.isFetching,
  }[view]
  const isTracks = view === 'tracks'
  return (
    <div className={classes.workspace}>
      <div className={classes.form}>
        <Panel flush>
          <MapForm
            organization={organization}
            purpose={look.purpose}
            choice={choice}
            onChange={setChoice}
            isLoading={isBusy}
            onShow={show}
          />
        </Panel>
      </div>
      <div className={classes.stage} ref={stage}>
        <Panel flush>
          <div className={classes.bar}>
            <SegmentedControl
              size="xs"
              aria-label="View"
              value={view}
              onChange={(value) => changeView(value as MapView)}
              data={[
                { value: 'tracks', label: 'Tracks' },
                { value: 'density', label: 'Density' },
                { value: 'graph', label: 'Graph' },
                { value: 'nearby', label: 'Nearby' },
              ]}
            />
            {isBusy && <Loader size={16} aria-label="Loading" />}
          </div>
          <div
            className={classes.view}
            hidden={view === 'graph'}
            data-alone={!isTracks || playback === undefined}
          >
            <Suspense fallback={<PageLoader />}>
              <MapCanvas
                tracks={isTracks ? tracks : noEpisodes}
                followed={followed}
                playback={isTracks ? playback : undefined}
                episodes={isTracks ? shownEpisodes : noEpisodes}
                selectedEpisode={selected}
                density={view === 'density' ? densityLayer : undefined}
                near={view === 'nearby' ? near : undefined}
                bounds={bounds}
                target={target}
                onEpisode={select}
                onTrack={(person, longitude, latitude) => {
                  const track = tracks.find((candidate) => candidate.track.person === person)?.track
                  const time = track && nearestFixMs(track, longitude, latitude)
                  if (time !== undefined) playback?.moveTo(time)
                }}
                onPlace={(longitude, latitude) => {
                  if (view !== 'nearby') return
                  setChoice((before) => ({ ...before, nearby: { ...before.nearby, longitude, latitude } }))
                }}
              />
            </Suspense>
            <MapHint view={view} isAsked={asked[view] !== undefined} />
          </div>
          {view === 'graph' && (
            <div className={classes.view} data-alone="true">
              {graph.data !== undefined && graph.data.persons.length > 0 && (
                <Suspense fallback={<PageLoader />}>
                  <GraphView graph={graph.data} selected={graphPerson} onSelect={setGraphPerson} />
                </Suspense>
              )}
              <MapHint view={view} isAsked={asked[view] !== undefined} />
            </div>
          )}
          {isTracks && playback !== undefined && (
            <Timeline
              playback={playback}
              episodes={shownEpisodes}
              selected={selected}
              onSelect={select}
              colorOf={colorOf}
            />
          )}
        </Panel>
      </div>
      <div className={classes.results}>
        <MapResults
          view={view}
          persons={persons}
          followed={followed}
          onFollow={follow}
          onShowTrack={({ track }) => track && setBounds(coveringBounds([track]))}
          episodes={episodes}
          rule={rule}
          selected={selected}
          onSelect={select}
          colorOf={colorOf}
          onAdd={persons.length < maximumPersons ? add : undefined}
          density={density}
          onShowPlace={setTarget}
          nearby={nearby}
          nearbyRequest={nearbyAsked}
          onShowNearTracks={showNearTracks}
          graph={graph}
          graphPerson={graphPerson}
          onGraphPerson={setGraphPerson}
        />
      </div>
    </div>
  )
}
