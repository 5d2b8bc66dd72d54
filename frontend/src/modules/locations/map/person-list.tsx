import { ActionIcon, Text, Tooltip } from '@mantine/core'
import { IconUsers, IconZoomScan } from '@tabler/icons-react'
import { toApiError } from '../../../app/api-error'
import { LineSample } from './line-sample'
import classes from './person-list.module.css'
import type { PersonOnMap } from './use-persons-on-map'

interface PersonListProps {
  readonly persons: readonly PersonOnMap[]
  readonly followed: string | undefined
  readonly onFollow: (person: string) => void
  readonly onShow: (person: PersonOnMap) => void
}

/** Whose line is whose. */
export function PersonList({ persons, followed, onFollow, onShow }: PersonListProps) {
  return (
    <ul className={classes.list}>
      {persons.map((entry) => {
        const { person, displayName, place, track } = entry
        const isFollowed = person === followed
        return (
          <li key={person} className={classes.row} data-followed={isFollowed}>
            <LineSample place={place} />
            <div className={classes.words}>
              <div className={classes.name} title={displayName}>
                {displayName}
              </div>
              <Text
                size="xs"
                c={entry.error === undefined ? 'dimmed' : 'var(--mantine-color-error)'}
                lineClamp={2}
              >
                {wordsOf(entry)}
              </Text>
            </div>
            {track !== undefined && track.times.length > 0 && (
              <Tooltip label="Show the whole track">
                <ActionIcon
                  aria-label={`Show the whole track of ${displayName}`}
                  onClick={() => onShow(entry)}
                >
                  <IconZoomScan size={17} stroke={1.7} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            <Tooltip label={isFollowed ? 'Connections are shown below' : 'Show connections'}>
              <ActionIcon
                aria-label={`Connections of ${displayName}`}
                aria-pressed={isFollowed}
                variant={isFollowed ? 'light' : 'subtle'}
                color={isFollowed ? 'sea' : 'gray'}
                onClick={() => onFollow(person)}
              >
                <IconUsers size={17} stroke={1.7} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </li>
        )
      })}
    </ul>
  )
}

function wordsOf({ error, track, isCutOff }: PersonOnMap): string {
  if (error !== undefined) return toApiError(error).message
  if (track === undefined) return 'Loading…'
  const count = track.times.length
  if (count === 0) return 'No fixes in this time'
  const fixes = `${count.toLocaleString('en')} ${count === 1 ? 'fix' : 'fixes'}`
  return isCutOff ? `The first ${fixes}; choose a shorter time for the others` : fixes
}
