import { Button, Text } from '@mantine/core'
import { formatUtc } from '../../../ui/format-time'
import classes from './density-panel.module.css'
import { formatDistance } from './episode-view'
import { formatPlace } from './format-place'
import type { MapPlace } from './near-reach'
import type { Nearby, NearbyRequest } from './use-nearby'

interface NearbyPanelProps {
  readonly found: Nearby
  readonly request: NearbyRequest
  readonly onShow: (place: MapPlace) => void
  readonly onShowTracks: () => void
}

/** Who was near, the nearest first. */
export function NearbyPanel({
  found: { persons, isCutOff },
  request,
  onShow,
  onShowTracks,
}: NearbyPanelProps) {
  return (
    <>
      <Text size="xs" c="dimmed" px="md" pt="sm" pb={6}>
        {persons.length.toLocaleString('en')} {persons.length === 1 ? 'person' : 'persons'} at{' '}
        {formatPlace(request.place)}, {formatUtc(new Date(request.timeMs))}
        {isCutOff && '; there were more: choose a shorter distance'}
      </Text>
      <ol className={classes.list} aria-label="Persons near the place">
        {persons.map(({ person, displayName, distanceM, timeMs, longitude, latitude }) => (
          <li key={person}>
            <button type="button" className={classes.row} onClick={() => onShow({ longitude, latitude })}>
              <span className={classes.name} title={displayName}>
                {displayName}
              </span>
              <span className={classes.side}>
                {apart(timeMs - request.timeMs)} <b>{formatDistance(distanceM)}</b>
              </span>
            </button>
          </li>
        ))}
      </ol>
      <Button variant="subtle" fullWidth size="compact-sm" mb="xs" onClick={onShowTracks}>
        Choose them to see their tracks
      </Button>
    </>
  )
}

/** "12 s before" */
function apart(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds === 0) return ''
  return `${Math.abs(seconds).toLocaleString('en')} s ${seconds < 0 ? 'before' : 'after'}`
}
