import type { Preferences } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Group, Stack, Switch, Text } from '@mantine/core'
import { formatDuration } from '../../ui/format-duration'
import { Panel } from '../../ui/panel'
import { formatMinute, minutesBetween } from './minute-of-day'
import type { PreferenceChange } from './preference-change'
import { TimeField } from './time-field'
import { TimeZoneField } from './time-zone-field'

interface TimingPanelProps {
  readonly preferences: Preferences
  readonly onChange: (change: PreferenceChange) => void
}

/** When the caller is left alone, and when digests come. */
export function TimingPanel({ preferences, onChange }: TimingPanelProps) {
  const { timeZone, dailyDigestMinute } = preferences
  const quiet = preferences.quietHours ?? { enabled: false, startMinute: 1_320, endMinute: 420 }
  const save = (change: Partial<typeof quiet>) => onChange({ quietHours: { ...quiet, ...change } })
  const { enabled, startMinute, endMinute } = quiet
  const sameAs = (other: number) => (minute: number) =>
    minute === other ? 'From and until must differ.' : undefined
  return (
    <Panel title="When">
      <Stack gap="lg">
        <div>
          <Switch
            label="Quiet hours"
            checked={enabled}
            onChange={(event) => save({ enabled: event.currentTarget.checked })}
          />
          <Text size="xs" c="dimmed" mt={6}>
            Nothing interrupts you then: notifications wait in the inbox, and mail waits for the end.
          </Text>
          {enabled && (
            <>
              <Group gap="sm" mt="sm" align="flex-start" grow>
                <TimeField
                  label="From"
                  value={startMinute}
                  problemWith={sameAs(endMinute)}
                  onSave={(minute) => save({ startMinute: minute })}
                />
                <TimeField
                  label="Until"
                  value={endMinute}
                  problemWith={sameAs(startMinute)}
                  onSave={(minute) => save({ endMinute: minute })}
                />
              </Group>
              <Text size="xs" c="dimmed" mt={5} className="numeric">
                {formatDuration(minutesBetween(startMinute, endMinute) * 60_000)} every day
                {endMinute < startMinute && ', until the next morning'}; mail that waited goes out at{' '}
                {formatMinute(endMinute)}.
              </Text>
            </>
          )}
        </div>
        <div>
          <TimeField
            label="Daily digest at"
            value={dailyDigestMinute}
            onSave={(minute) => onChange({ dailyDigestMinute: minute })}
          />
          <Text size="xs" c="dimmed" mt={5}>
            One mail with all that you chose to get daily; none when there is nothing.
          </Text>
        </div>
        <TimeZoneField value={timeZone} onSave={(zone) => onChange({ timeZone: zone })} />
      </Stack>
    </Panel>
  )
}
