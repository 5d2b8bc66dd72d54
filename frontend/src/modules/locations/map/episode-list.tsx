import { Button, NativeSelect, Text } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { formatDuration } from '../../../ui/format-duration'
import { formatUtc } from '../../../ui/format-time'
import classes from './episode-list.module.css'
import { type EpisodeView, formatDistance } from './episode-view'

/** Rows shown at first, and with each press of the button. */
const step = 100

const orders = {
  time: { label: 'By time', compare: (one: EpisodeView, other: EpisodeView) => one.startMs - other.startMs },
  duration: {
    label: 'Longest first',
    compare: (one: EpisodeView, other: EpisodeView) => length(other) - length(one),
  },
  distance: {
    label: 'Closest first',
    compare: (one: EpisodeView, other: EpisodeView) => one.closestM - other.closestM,
  },
}
type Order = keyof typeof orders

interface EpisodeListProps {
  readonly episodes: readonly EpisodeView[]
  readonly isCutOff: boolean
  readonly selected: number | undefined
  readonly onSelect: (index: number) => void
  readonly colorOf: (person: string) => string | undefined
  /** Puts a person on the map that is not there yet; undefined where no more fit. */
  readonly onAdd: ((person: string, displayName: string) => void) | undefined
}

/** Episodes as buttons: a press shows the place and the time. */
export function EpisodeList({ episodes, isCutOff, selected, onSelect, colorOf, onAdd }: EpisodeListProps) {
  const [order, setOrder] = useState<Order>('time')
  const [shown, setShown] = useState(step)
  const list = useRef<HTMLOListElement>(null)
  const rows = useMemo(
    () =>
      episodes
        .map((episode, index) => ({ episode, index }))
        .sort((one, other) => orders[order].compare(one.episode, other.episode)),
    [episodes, order],
  )
  useEffect(() => {
    if (selected === undefined) return
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [selected])

  return (
    <>
      <div className={classes.head}>
        <Text size="xs" c="dimmed">
          {episodes.length.toLocaleString('en')} {episodes.length === 1 ? 'episode' : 'episodes'} with{' '}
          {new Set(episodes.map(({ person }) => person)).size} persons
          {isCutOff && '; choose a shorter time for more'}
        </Text>
        <NativeSelect
          size="xs"
          aria-label="Order"
          value={order}
          data={Object.entries(orders).map(([value, { label }]) => ({ value, label }))}
          onChange={(event) => setOrder(event.currentTarget.value as Order)}
        />
      </div>
      <ol className={classes.list} ref={list} aria-label="Episodes">
        {rows.slice(0, shown).map(({ episode, index }) => {
          const color = colorOf(episode.person)
          return (
            <li key={index}>
              <button
                type="button"
                className={classes.row}
                aria-current={index === selected}
                onClick={() => onSelect(index)}
              >
                <span className={classes.swatch} style={color === undefined ? {} : { background: color }} />
                <span className={classes.words}>
                  <span className={classes.name} title={episode.displayName}>
                    {episode.displayName}
                  </span>
                  <span className={classes.when}>
                    {formatUtc(new Date(episode.startMs)).slice(0, 19)} · {formatDuration(length(episode))}
                  </span>
                </span>
                <span className={classes.distance}>{formatDistance(episode.closestM)}</span>
              </button>
              {index === selected && (
                <div className={classes.more}>
                  Closest at {formatUtc(new Date(episode.closestMs)).slice(11)}; seen in{' '}
                  {(episode.fixCount + episode.otherFixCount).toLocaleString('en')} fixes.
                  {color === undefined && onAdd !== undefined && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      mt={6}
                      display="block"
                      onClick={() => onAdd(episode.person, episode.displayName)}
                    >
                      Add to the map
                    </Button>
                  )}
                </div>
              )}
            </li>
          )
        })}
      </ol>
      {rows.length > shown && (
        <Button variant="subtle" fullWidth size="compact-sm" onClick={() => setShown(shown + step)}>
          Show {Math.min(step, rows.length - shown)} more
        </Button>
      )}
    </>
  )
}

function length({ startMs, endMs }: EpisodeView): number {
  return endMs - startMs
}
