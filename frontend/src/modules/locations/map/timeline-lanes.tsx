import { useMemo } from 'react'
import { formatClock } from '../../../ui/format-time'
import type { EpisodeView } from './episode-view'
import classes from './timeline.module.css'
import { timelineLanes } from './timeline-layout'

/** Those that were near for longest; the list has all. */
const maximumLanes = 40

interface TimelineLanesProps {
  readonly episodes: readonly EpisodeView[]
  readonly startMs: number
  readonly endMs: number
  readonly selected: number | undefined
  readonly onSelect: (index: number) => void
  readonly colorOf: (person: string) => string | undefined
}

/** A lane for each person that was met. By keyboard the same is done in the list of episodes. */
export function TimelineLanes({ episodes, startMs, endMs, selected, onSelect, colorOf }: TimelineLanesProps) {
  const lanes = useMemo(() => {
    const numbered = episodes.map((episode, index) => ({ ...episode, index }))
    return timelineLanes(numbered, startMs, endMs)
  }, [episodes, startMs, endMs])
  return (
    <div className={classes.lanes} data-testid="timeline-lanes">
      {lanes.slice(0, maximumLanes).map(({ person, displayName, bars }) => {
        const color = colorOf(person)
        return (
          <div key={person} className={classes.lane}>
            <span className={classes.name} title={displayName}>
              {displayName}
            </span>
            <div className={classes.bars}>
              {bars.map(({ episode, left, width }) => (
                <button
                  key={episode.index}
                  type="button"
                  tabIndex={-1}
                  className={classes.bar}
                  aria-label={`With ${displayName} from ${clock(episode.startMs)} to ${clock(episode.endMs)}`}
                  title={`${displayName}, ${clock(episode.startMs)} to ${clock(episode.endMs)}`}
                  aria-pressed={episode.index === selected}
                  style={{
                    left: `${left * 100}%`,
                    width: `${width * 100}%`,
                    ...(color === undefined ? {} : { background: color }),
                  }}
                  onClick={() => onSelect(episode.index)}
                />
              ))}
            </div>
          </div>
        )
      })}
      {lanes.length > maximumLanes && (
        <p className={classes.more}>{lanes.length - maximumLanes} more persons are in the list.</p>
      )}
    </div>
  )
}

function clock(timeMs: number): string {
  return formatClock(new Date(timeMs)).slice(0, 8)
}
