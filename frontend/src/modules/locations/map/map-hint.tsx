import type { MapView } from './map-choice'
import classes from './map-workspace.module.css'

const hints: Record<MapView, string> = {
  tracks: 'Choose persons and a time to see where they were and whom they met.',
  density: 'Choose a time to see where many persons were.',
  nearby: 'Press the map where to look, and choose a moment to see who was there.',
  graph: 'Choose persons and a time to see who met whom around them.',
}

/** What to do first. */
export function MapHint({ view, isAsked }: { view: MapView; isAsked: boolean }) {
  if (isAsked) return null
  return <p className={classes.hint}>{hints[view]}</p>
}
