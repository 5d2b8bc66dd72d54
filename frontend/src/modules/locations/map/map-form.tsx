import type { Subject } from '@fairlead/proto/web/fairlead/locations/v1/locations'
import { ActionIcon, Anchor, Button, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { toApiError } from '../../../app/api-error'
import { describeRule, type WholeRule } from './connection-rule'
import { DensityFields } from './density-fields'
import { GraphFields } from './graph-fields'
import { type MapChoice, placeOf } from './map-choice'
import classes from './map-form.module.css'
import { NearbyFields } from './nearby-fields'
import { RuleFields } from './rule-fields'
import { dayWindow, fieldFromTime, shiftWindow, timeFromField, windowProblem } from './time-window'
import { useSubjects } from './use-subjects'

/** As many as a graph may begin from, and as colours and dashes tell apart at a push. */
export const maximumPersons = 50

const maximumDays = { tracks: undefined, density: 31, graph: 7, nearby: undefined } as const
const verbs = {
  tracks: 'Show tracks',
  density: 'Show density',
  graph: 'Show graph',
  nearby: 'Show who was near',
} as const

interface MapFormProps {
  readonly organization: string
  readonly purpose: string
  readonly choice: MapChoice
  readonly onChange: (choice: MapChoice) => void
  readonly isLoading: boolean
  readonly onShow: () => void
}

/** Whom, when and what to look at. Nothing is looked at before the button is pressed. */
export function MapForm({ organization, purpose, choice, onChange, isLoading, onShow }: MapFormProps) {
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const [isTried, setTried] = useState(false)
  const found = useSubjects(organization, purpose, settled)
  const subjects = found.data?.subjects ?? []
  const { persons, view } = choice
  const window = { startMs: timeFromField(choice.start), endMs: timeFromField(choice.end) }
  const isNearby = view === 'nearby'
  const needsPersons = view === 'tracks' || view === 'graph'
  const missing = needsPersons && persons.length === 0 ? 'Choose at least one person.' : undefined
  const problem = isNearby ? undefined : windowProblem(window, maximumDays[view])
  const isNearbyWhole =
    placeOf(choice.nearby) !== undefined && !Number.isNaN(timeFromField(choice.nearby.moment))
  const change = (changed: Partial<MapChoice>) => onChange({ ...choice, ...changed })

  // Until somebody is chosen, the day in which anybody was last seen.
  const isUntouched = !choice.isWindowChosen && persons.length === 0 && settled === ''
  const latest = isUntouched ? lastDayOf(subjects) : {}
  useEffect(() => {
    if (latest.start === undefined || latest.start === choice.start) return
    onChange({ ...choice, ...latest })
  })

  const choose = (names: readonly string[]) => {
    const known = new Map([...subjects, ...persons].map((subject) => [subject.person, subject]))
    const chosen = names
      .map((name) => known.get(name))
      .filter((subject) => subject !== undefined)
      .slice(0, maximumPersons)
    change({ persons: chosen, ...(choice.isWindowChosen ? {} : lastDayOf(chosen)) })
  }

  return (
    <form
      aria-label="What to look at"
      className={classes.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (missing === undefined && problem === undefined && (!isNearby || isNearbyWhole)) onShow()
      }}
    >
      <Stack gap="sm">
        {needsPersons && (
          <div>
            <MultiSelect
              label="Persons"
              description={
                found.isError ? undefined : (
                  <Offered
                    count={subjects.length}
                    hasMore={found.data?.hasMore ?? false}
                    isLoading={found.isPending}
                    isSearched={settled !== ''}
                  />
                )
              }
              placeholder={persons.length === 0 ? 'Search by name' : ''}
              data={options([...subjects, ...persons])}
              value={persons.map(({ person }) => person)}
              onChange={choose}
              searchable
              searchValue={search}
              onSearchChange={setSearch}
              // The server has searched already.
              filter={({ options: given }) => given}
              nothingFoundMessage={found.isFetching ? 'Searching…' : 'Nobody of that name consented'}
              maxValues={maximumPersons}
              hidePickedOptions
              clearable={persons.length > 0}
              clearButtonProps={{ 'aria-label': 'Choose nobody' }}
              maxDropdownHeight={280}
              error={
                found.isError
                  ? toApiError(found.error).message
                  : isTried && missing !== undefined
                    ? missing
                    : undefined
              }
              classNames={{ pillsList: classes.pills ?? '', pill: classes.pill ?? '' }}
            />
            <Group justify="space-between" mt={4}>
              <Text size="xs" c="dimmed">
                {persons.length} of at most {maximumPersons}
              </Text>
              {subjects.length > 0 && persons.length < maximumPersons && (
                <Anchor
                  component="button"
                  type="button"
                  size="xs"
                  onClick={() => choose([...new Set([...persons, ...subjects].map(({ person }) => person))])}
                >
                  Add {Math.min(maximumPersons, subjects.length)} found
                </Anchor>
              )}
            </Group>
          </div>
        )}
        {isNearby && (
          <NearbyFields choice={choice.nearby} isTried={isTried} onChange={(nearby) => change({ nearby })} />
        )}
        {!isNearby && (
          <div>
            <Stack gap={8} className={classes.window}>
              <TextInput
                type="datetime-local"
                label="From (UTC)"
                value={choice.start}
                onChange={(event) => change({ start: event.currentTarget.value, isWindowChosen: true })}
                error={isTried && problem !== undefined}
              />
              <TextInput
                type="datetime-local"
                label="To (UTC)"
                value={choice.end}
                onChange={(event) => change({ end: event.currentTarget.value, isWindowChosen: true })}
                error={isTried && problem !== undefined}
              />
            </Stack>
            <Group justify="space-between" mt={4} gap={4} wrap="nowrap">
              <Text
                size="xs"
                c={isTried && problem !== undefined ? 'var(--mantine-color-error)' : 'dimmed'}
                role="status"
              >
                {isTried && problem !== undefined ? problem : 'Same length, before or after:'}
              </Text>
              <Group gap={4} wrap="nowrap">
                {([-1, 1] as const).map((count) => {
                  const Glyph = count < 0 ? IconChevronLeft : IconChevronRight
                  return (
                    <ActionIcon
                      key={count}
                      size="sm"
                      variant="default"
                      aria-label={count < 0 ? 'Earlier' : 'Later'}
                      disabled={windowProblem(window) !== undefined}
                      onClick={() => {
                        const { startMs, endMs } = shiftWindow(window, count)
                        change({
                          start: fieldFromTime(startMs),
                          end: fieldFromTime(endMs),
                          isWindowChosen: true,
                        })
                      }}
                    >
                      <Glyph size={14} aria-hidden />
                    </ActionIcon>
                  )
                })}
              </Group>
            </Group>
          </div>
        )}
        {view === 'density' && (
          <DensityFields resolution={choice.resolution} onChange={(resolution) => change({ resolution })} />
        )}
        {view === 'graph' && (
          <GraphFields degrees={choice.degrees} onChange={(degrees) => change({ degrees })} />
        )}
        {needsPersons && (
          <details className={classes.rule}>
            <summary>Connected: {describeRule(choice.rule)}</summary>
            <RuleFields rule={choice.rule} onChange={(rule: WholeRule) => change({ rule })} />
          </details>
        )}
        <Button type="submit" fullWidth loading={isLoading}>
          {verbs[view]}
        </Button>
        <Text size="xs" c="dimmed">
          {needsPersons
            ? 'Is written down as a look at these persons and at those whom they met.'
            : isNearby
              ? 'Is written down as a look at those who were near.'
              : 'Is written down as a look. Cells tell numbers, and no names.'}
        </Text>
      </Stack>
    </form>
  )
}

interface OfferedProps {
  readonly count: number
  readonly hasMore: boolean
  readonly isLoading: boolean
  readonly isSearched: boolean
}

function Offered({ count, hasMore, isLoading, isSearched }: OfferedProps) {
  if (isLoading) return 'Looking who consented…'
  if (count === 0 && !isSearched) return 'Nobody has consented to this purpose.'
  if (hasMore) return `The first ${count}; search by name for others.`
  return isSearched
    ? `${count} of that name consented to this purpose.`
    : `${count} consented to this purpose.`
}

/** Each person once; two of one name are told apart by the beginning of their ids. */
function options(subjects: readonly Subject[]): { value: string; label: string }[] {
  const byPerson = new Map(subjects.map((subject) => [subject.person, subject.displayName]))
  const names = [...byPerson.values()]
  return [...byPerson].map(([value, label]) => ({
    value,
    label:
      names.filter((name) => name === label).length > 1
        ? `${label} (${value.split('/').at(-1)?.slice(0, 8)})`
        : label,
  }))
}

/** The day in which any of them was last seen. */
function lastDayOf(subjects: readonly Subject[]): Partial<MapChoice> {
  const times = subjects.flatMap(({ lastFixTime }) =>
    lastFixTime === undefined ? [] : [lastFixTime.getTime()],
  )
  if (times.length === 0) return {}
  const { startMs, endMs } = dayWindow(Math.max(...times))
  return { start: fieldFromTime(startMs), end: fieldFromTime(endMs) }
}
