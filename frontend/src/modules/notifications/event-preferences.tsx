import type { EventPreference } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Button, Group, NativeSelect, Radio, Switch, Table, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { Panel } from '../../ui/panel'
import { moduleLabel } from './event-module'
import classes from './event-preferences.module.css'
import { mailDeliveries } from './mail-delivery'
import { defaultsOf, type PreferenceGroup, type PreferenceRow } from './preference-change'

interface EventPreferencesProps {
  readonly groups: readonly PreferenceGroup[]
  readonly onChange: (events: readonly EventPreference[]) => void
}

/** What the caller is told of, and where. */
export function EventPreferences({ groups, onChange }: EventPreferencesProps) {
  const defaults = defaultsOf(groups)
  return (
    <Panel
      title="What you are told of"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="default"
          disabled={defaults.length === 0}
          onClick={() => onChange(defaults)}
        >
          Use the defaults
        </Button>
      }
    >
      <Table aria-label="What you are told of, and where" className={classes.table ?? ''}>
        <Table.Thead visibleFrom="sm">
          <Table.Tr className={classes.head ?? ''}>
            <Table.Th rowSpan={2} scope="col">
              Event
            </Table.Th>
            <Table.Th rowSpan={2} scope="col" className={classes.center ?? ''}>
              In the app
            </Table.Th>
            <Table.Th colSpan={4} scope="colgroup" className={classes.mail ?? ''}>
              Mail
            </Table.Th>
          </Table.Tr>
          <Table.Tr>
            {mailDeliveries.map(({ value, label }) => (
              <Table.Th key={value} scope="col" className={classes.choice ?? ''}>
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        {groups.map(({ module, rows }) => (
          <Table.Tbody key={module}>
            <Table.Tr className={classes.group ?? ''}>
              <Table.Th colSpan={6} scope="rowgroup">
                {moduleLabel(module)}
              </Table.Th>
            </Table.Tr>
            {rows.map((row) => (
              <EventRow
                key={row.type.eventType}
                row={row}
                onChange={(preference) => onChange([preference])}
              />
            ))}
          </Table.Tbody>
        ))}
      </Table>
    </Panel>
  )
}

interface EventRowProps {
  readonly row: PreferenceRow
  readonly onChange: (preference: EventPreference) => void
}

function EventRow({ row, onChange }: EventRowProps) {
  const { type, preference } = row
  const name = type.displayName
  // What can stand in the inbox does so unless someone chose otherwise.
  const mailOnly = !type.inAppDefault && !type.inAppRequired && !preference.inApp
  const inApp = (label?: string) =>
    type.inAppRequired ? (
      <span className={classes.always}>
        <IconLock size={14} aria-hidden />
        Always
      </span>
    ) : mailOnly ? (
      <span className={classes.always}>Mail only</span>
    ) : (
      <Switch
        size="sm"
        {...(label === undefined ? { 'aria-label': `${name}: in the app` } : { label })}
        checked={preference.inApp}
        onChange={(event) => onChange({ ...preference, inApp: event.currentTarget.checked })}
      />
    )
  return (
    <Table.Tr>
      <Table.Td className={classes.event}>
        <Text size="sm" fw={570}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {type.description}
          {type.inAppRequired && ' It always stands in the inbox.'}
        </Text>
        <Group hiddenFrom="sm" mt={8} justify="space-between" wrap="nowrap">
          {inApp('In the app')}
          <NativeSelect
            size="xs"
            aria-label={`${name}: mail`}
            data={mailDeliveries.map(({ value, label }) => ({
              value,
              label: value === 'MAIL_DELIVERY_OFF' ? 'No mail' : `Mail ${label.toLowerCase()}`,
            }))}
            value={preference.mail}
            onChange={(event) =>
              onChange({ ...preference, mail: event.currentTarget.value as EventPreference['mail'] })
            }
          />
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="sm" className={classes.center}>
        {inApp()}
      </Table.Td>
      {mailDeliveries.map(({ value, label }) => (
        <Table.Td key={value} visibleFrom="sm" className={classes.choice}>
          <Radio
            size="xs"
            name={type.eventType}
            value={value}
            aria-label={`${name}: mail ${label.toLowerCase()}`}
            checked={preference.mail === value}
            onChange={() => onChange({ ...preference, mail: value })}
          />
        </Table.Td>
      ))}
    </Table.Tr>
  )
}
