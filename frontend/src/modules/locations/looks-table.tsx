import type { LocationLook } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Group, Table, Text } from '@mantine/core'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import classes from './locations-table.module.css'
import { lookLabel, windowText } from './look-words'

/** Of so many the names are told. */
const shownPersons = 6

interface LooksTableProps {
  readonly looks: readonly LocationLook[]
  readonly label: string
  /** Whether the looks are at the reader's own locations: of one person, in several organisations. */
  readonly own?: boolean
}

/** Who looked, at what, for what and why. */
export function LooksTable({ looks, label, own = false }: LooksTableProps) {
  return (
    <Table aria-label={label} className={classes.table ?? ''} verticalSpacing={11}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Who looked</Table.Th>
          <Table.Th>For what and why</Table.Th>
          <Table.Th visibleFrom="sm">Asked</Table.Th>
          <Table.Th visibleFrom="md">{own ? 'You were' : 'Persons'}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {looks.map((look) => {
          const window = windowText(look.windowStartTime, look.windowEndTime)
          const asked = (
            <>
              {lookLabel(look.method)}
              {window !== '' && (
                <Text size="xs" c="dimmed">
                  {window}
                </Text>
              )}
            </>
          )
          const persons = own ? <OwnPart look={look} /> : <Persons look={look} />
          return (
            <Table.Tr key={look.name} className={classes.look ?? ''}>
              <Table.Td className={classes.looker ?? ''}>
                <Text
                  size="sm"
                  fw={570}
                  inherit
                  lineClamp={3}
                  title={look.actorDisplayName}
                  className={classes.broken ?? ''}
                >
                  {look.actorDisplayName || 'Somebody who is no member any more'}
                </Text>
                <Text size="xs" c="dimmed" component="div">
                  <RelativeTime time={look.time} />
                </Text>
                {own && (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {look.organizationDisplayName}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={classes.reason ?? ''}>
                {look.purposeDisplayName === '' ? (
                  <Tag>Export</Tag>
                ) : (
                  <Tag color="sea">{look.purposeDisplayName}</Tag>
                )}
                <Text size="sm" inherit mt={4}>
                  {look.reason === '' ? 'A copy, made by an administrator.' : look.reason}
                </Text>
                <Text size="xs" hiddenFrom="sm" component="div" mt={6}>
                  {asked}
                </Text>
                <Group hiddenFrom="md" mt={6} gap={4}>
                  {persons}
                </Group>
              </Table.Td>
              <Table.Td visibleFrom="sm" className={classes.asked ?? ''}>
                {asked}
              </Table.Td>
              <Table.Td visibleFrom="md" className={classes.persons ?? ''}>
                {persons}
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}

function OwnPart({ look }: { look: LocationLook }) {
  if (look.persons.some(({ asked }) => asked)) return <Tag color="orange">Asked about</Tag>
  return <Tag>{look.persons.length === 0 ? 'Counted in a group' : 'Shown beside others'}</Tag>
}

/** Those asked about first. */
function Persons({ look: { persons, personCount } }: { look: LocationLook }) {
  const names = [...persons].sort((a, b) => Number(b.asked) - Number(a.asked)).slice(0, shownPersons)
  const more = Math.max(personCount, persons.length) - names.length
  if (names.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {personCount === 0
          ? 'Nobody'
          : `${personCount.toLocaleString('en')} ${personCount === 1 ? 'person' : 'persons'}, counted in groups`}
      </Text>
    )
  }
  return (
    <Group gap={4}>
      {names.map(({ displayName, asked }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: persons may share a name, and the list does not change.
        <Tag key={place} color={asked ? 'orange' : 'gray'}>
          {displayName}
          {asked && ' · asked about'}
        </Tag>
      ))}
      {more > 0 && (
        <Text size="xs" c="dimmed">
          and {more.toLocaleString('en')} more
        </Text>
      )}
    </Group>
  )
}
