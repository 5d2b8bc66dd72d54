import type { ConnectionGraph } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { IconGridDots, IconMapPinOff, IconUsersGroup, IconUsersMinus } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { describeRule, type WholeRule } from './connection-rule'
import { DensityPanel } from './density-panel'
import { EpisodeList } from './episode-list'
import { GraphList } from './graph-list'
import type { MapTarget } from './map-canvas'
import type { MapView } from './map-choice'
import { NearbyPanel } from './nearby-panel'
import { PersonList } from './person-list'
import type { FoundDensity } from './use-density'
import type { Episodes } from './use-episodes'
import type { Nearby, NearbyRequest, NearbyView } from './use-nearby'
import type { PersonOnMap } from './use-persons-on-map'

interface MapResultsProps {
  readonly view: MapView
  readonly persons: readonly PersonOnMap[]
  readonly followed: string | undefined
  readonly onFollow: (person: string) => void
  readonly onShowTrack: (person: PersonOnMap) => void
  readonly episodes: UseQueryResult<Episodes>
  readonly rule: WholeRule
  readonly selected: number | undefined
  readonly onSelect: (index: number) => void
  readonly colorOf: (person: string) => string | undefined
  readonly onAdd: ((person: string, displayName: string) => void) | undefined
  readonly density: UseQueryResult<FoundDensity>
  readonly onShowPlace: (place: MapTarget) => void
  readonly nearby: UseQueryResult<Nearby>
  readonly nearbyRequest: NearbyRequest | undefined
  readonly onShowNearTracks: (persons: readonly NearbyView[], timeMs: number) => void
  readonly graph: UseQueryResult<ConnectionGraph>
  readonly graphPerson: string | undefined
  readonly onGraphPerson: (person: string | undefined) => void
}

/** In words, what the view beside it shows. */
export function MapResults(props: MapResultsProps) {
  switch (props.view) {
    case 'tracks':
      return <TrackResults {...props} />
    case 'density':
      return <DensityResults {...props} />
    case 'graph':
      return <GraphResults {...props} />
    case 'nearby':
      return <NearbyResults {...props} />
  }
}

function TrackResults(props: MapResultsProps) {
  const { persons, followed, onFollow, onShowTrack, episodes, rule } = props
  if (persons.length === 0) return null
  const name = persons.find(({ person }) => person === followed)?.displayName
  return (
    <>
      <Panel title="On the map" flush>
        <PersonList persons={persons} followed={followed} onFollow={onFollow} onShow={onShowTrack} />
      </Panel>
      {name !== undefined && (
        <Panel title={`Whom ${name} met`} flush>
          {episodes.isError ? (
            <ErrorState error={episodes.error} onRetry={() => episodes.refetch()} />
          ) : episodes.data === undefined ? (
            <ListSkeleton rows={5} />
          ) : episodes.data.episodes.length === 0 ? (
            <EmptyState
              icon={IconUsersMinus}
              title="Nobody"
              text={`Nobody who consented was ${describeRule(rule)} of ${name} in this time.`}
              compact
            />
          ) : (
            <EpisodeList
              key={followed}
              episodes={episodes.data.episodes}
              isCutOff={episodes.data.isCutOff}
              selected={props.selected}
              onSelect={props.onSelect}
              colorOf={props.colorOf}
              onAdd={props.onAdd}
            />
          )}
        </Panel>
      )}
    </>
  )
}

function DensityResults({ density, onShowPlace }: MapResultsProps) {
  if (density.fetchStatus === 'idle' && density.isPending) return null
  return (
    <Panel title="Persons in a cell" flush>
      {density.isError ? (
        <ErrorState error={density.error} onRetry={() => density.refetch()} />
      ) : density.data === undefined ? (
        <ListSkeleton rows={5} />
      ) : density.data.density.cells.length === 0 ? (
        <EmptyState
          icon={IconGridDots}
          title="No cell is full enough"
          text={`No cell had ${density.data.density.minimumGroupSize} persons or more in this time. Choose larger cells or a longer time.`}
          compact
        />
      ) : (
        <DensityPanel found={density.data} onShow={onShowPlace} />
      )}
    </Panel>
  )
}

function NearbyResults({ nearby, nearbyRequest, onShowNearTracks, onShowPlace }: MapResultsProps) {
  if (nearbyRequest === undefined) return null
  const { distanceM, withinS, timeMs } = nearbyRequest
  const persons = nearby.data?.persons ?? []
  return (
    <Panel title="Who was near" flush>
      {nearby.isError ? (
        <ErrorState error={nearby.error} onRetry={() => nearby.refetch()} />
      ) : nearby.data === undefined ? (
        <ListSkeleton rows={5} />
      ) : persons.length === 0 ? (
        <EmptyState
          icon={IconMapPinOff}
          title="Nobody"
          text={`Nobody who consented was within ${distanceM.toLocaleString('en')} m of the place, ${withinS.toLocaleString('en')} s before or after.`}
          compact
        />
      ) : (
        <NearbyPanel
          found={nearby.data}
          request={nearbyRequest}
          onShow={onShowPlace}
          onShowTracks={() => onShowNearTracks(persons, timeMs)}
        />
      )}
    </Panel>
  )
}

function GraphResults({ graph, graphPerson, onGraphPerson }: MapResultsProps) {
  if (graph.fetchStatus === 'idle' && graph.isPending) return null
  return (
    <Panel title="Who met whom" flush>
      {graph.isError ? (
        <ErrorState error={graph.error} onRetry={() => graph.refetch()} />
      ) : graph.data === undefined ? (
        <ListSkeleton rows={5} />
      ) : graph.data.persons.length === 0 ? (
        <EmptyState icon={IconUsersGroup} title="Nobody" text="There are no fixes in this time." compact />
      ) : (
        <GraphList graph={graph.data} selected={graphPerson} onSelect={onGraphPerson} />
      )}
    </Panel>
  )
}
