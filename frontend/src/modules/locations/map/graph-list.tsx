import type { ConnectionGraph } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { Text } from '@mantine/core'
import { useMemo } from 'react'
import { formatDuration } from '../../../ui/format-duration'
import classes from './graph-list.module.css'

interface GraphListProps {
  readonly graph: ConnectionGraph
  readonly selected: string | undefined
  readonly onSelect: (person: string | undefined) => void
}

/** The graph in words: each person with the time together, and of the selected one with whom. */
export function GraphList({ graph, selected, onSelect }: GraphListProps) {
  const rows = useMemo(() => {
    const meetings = graph.persons.map((): { other: number; seconds: number; episodes: number }[] => [])
    for (const { first, second, durationS, episodeCount } of graph.connections) {
      const seconds = Number(durationS)
      meetings[first]?.push({ other: second, seconds, episodes: episodeCount })
      meetings[second]?.push({ other: first, seconds, episodes: episodeCount })
    }
    return graph.persons
      .map((person, index) => ({
        ...person,
        met: (meetings[index] ?? []).sort((one, other) => other.seconds - one.seconds),
      }))
      .sort((one, other) => one.degree - other.degree || other.met.length - one.met.length)
  }, [graph])
  return (
    <>
      <div className={classes.legend} aria-hidden>
        <span data-degree="0">Chosen</span>
        <span data-degree="1">Met them</span>
        {graph.persons.some(({ degree }) => degree > 1) && <span data-degree="2">Further away</span>}
      </div>
      <ul className={classes.list} aria-label="Persons of the graph">
        {rows.map(({ person, displayName, degree, met }) => (
          <li key={person}>
            <button
              type="button"
              className={classes.row}
              aria-pressed={person === selected}
              onClick={() => onSelect(person === selected ? undefined : person)}
            >
              <span className={classes.dot} data-degree={Math.min(degree, 2)} />
              <span className={classes.name} title={displayName}>
                {displayName}
              </span>
              <span className={classes.count}>{met.length === 0 ? 'met nobody' : `met ${met.length}`}</span>
            </button>
            {person === selected && met.length > 0 && (
              <ul className={classes.met}>
                {met.map(({ other, seconds, episodes }) => (
                  <li key={other}>
                    <span className={classes.name}>{graph.persons[other]?.displayName}</span>
                    <span className={classes.count}>
                      {formatDuration(seconds * 1000)} in {episodes}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
      {graph.truncated && (
        <Text size="xs" c="dimmed" px="md" pb="sm">
          More persons belong to it than are shown. Choose a shorter time, or go less far.
        </Text>
      )}
    </>
  )
}
