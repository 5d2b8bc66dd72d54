import { Button, type ComboboxItem, type ComboboxItemGroup, Select, Text } from '@mantine/core'
import { useMemo } from 'react'
import { useNow } from '../../ui/use-now'
import { browserTimeZone, matchesTimeZone, timeZones } from './time-zone'

interface TimeZoneFieldProps {
  /** IANA name. */
  readonly value: string
  readonly onSave: (timeZone: string) => void
}

export function TimeZoneField({ value, onSave }: TimeZoneFieldProps) {
  const now = useNow(15_000)
  const own = browserTimeZone()
  const data = useMemo(() => {
    const { suggested, others } = timeZones([own, value], Date.now())
    return [
      { group: 'Suggested', items: suggested },
      { group: 'All', items: others },
    ]
  }, [own, value])
  return (
    <div>
      <Select
        label="Time zone"
        data={data}
        value={value}
        searchable
        selectFirstOptionOnChange
        allowDeselect={false}
        nothingFoundMessage="No such zone"
        maxDropdownHeight={300}
        // What is typed replaces the zone instead of lengthening its name.
        onClick={(event) => event.currentTarget.select()}
        onFocus={(event) => event.currentTarget.select()}
        filter={({ options, search }) =>
          options
            .filter((option): option is ComboboxItemGroup<ComboboxItem> => 'group' in option)
            .map((group) => ({
              ...group,
              items: group.items.filter(({ label }) => matchesTimeZone(label, search)),
            }))
            .filter(({ items }) => items.length > 0)
        }
        onChange={(zone) => {
          if (zone !== null && zone !== value) onSave(zone)
        }}
      />
      <Text size="xs" c="dimmed" mt={5} className="numeric">
        {clockIn(value, now)}
      </Text>
      {own !== value && (
        <Button size="compact-sm" variant="default" mt={8} onClick={() => onSave(own)}>
          Use {own.replaceAll('_', ' ')}, as this browser does
        </Button>
      )}
    </div>
  )
}

function clockIn(timeZone: string, now: number): string {
  try {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
    return `It is ${clock.format(now)} there now.`
  } catch (error) {
    if (error instanceof RangeError) return 'This browser does not know the zone.'
    throw error
  }
}
