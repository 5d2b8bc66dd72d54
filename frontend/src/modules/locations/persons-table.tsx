import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Checkbox, Group, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import classes from './locations-table.module.css'
import { resourceId } from './resource-id'

interface PersonsTableProps {
  /** Slug. */
  readonly organization: string
  readonly persons: readonly Person[]
  /** Display names of purposes, by name. */
  readonly purposes: ReadonlyMap<string, string>
  /** Names of those chosen. */
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

export function PersonsTable({ organization, persons, purposes, chosen, onChoose }: PersonsTableProps) {
  const here = persons.filter(({ name }) => chosen.has(name)).length
  const all = here === persons.length
  const choose = (names: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const name of names) on ? next.add(name) : next.delete(name)
    onChoose(next)
  }
  return (
    <Table highlightOnHover aria-label="Persons" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={classes.check ?? ''}>
            <Checkbox
              size="xs"
              aria-label="Choose all persons of this page"
              checked={all}
              indeterminate={here > 0 && !all}
              onChange={() =>
                choose(
                  persons.map(({ name }) => name),
                  !all,
                )
              }
            />
          </Table.Th>
          <Table.Th>Person</Table.Th>
          <Table.Th visibleFrom="sm">Consented to</Table.Th>
          <Table.Th visibleFrom="md" ta="right">
            Devices
          </Table.Th>
          <Table.Th visibleFrom="lg">Member</Table.Th>
          <Table.Th visibleFrom="sm">Last fix</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {persons.map((person) => {
          const consents =
            person.consentedPurposes.length === 0 ? (
              <Text size="xs" c="dimmed">
                No consent
              </Text>
            ) : (
              <Group gap={4} className={classes.tags ?? ''}>
                {person.consentedPurposes.map((purpose) => (
                  <Tag key={purpose} color="teal">
                    {purposes.get(purpose) ?? resourceId(purpose)}
                  </Tag>
                ))}
              </Group>
            )
          return (
            <Table.Tr key={person.name} className={classes.row ?? ''} data-chosen={chosen.has(person.name)}>
              <Table.Td className={classes.check ?? ''}>
                <Checkbox
                  size="xs"
                  aria-label={`Choose ${person.displayName}`}
                  checked={chosen.has(person.name)}
                  onChange={(event) => choose([person.name], event.currentTarget.checked)}
                />
              </Table.Td>
              <Table.Td className={classes.title ?? ''}>
                <Link
                  to={`/o/${organization}/locations/persons/${resourceId(person.name)}`}
                  className={classes.link}
                  title={person.displayName}
                >
                  {person.displayName}
                </Link>
                {person.externalId !== '' && (
                  <Text size="xs" c="dimmed" truncate className="mono" title={person.externalId}>
                    {person.externalId}
                  </Text>
                )}
                <Group hiddenFrom="sm" mt={4}>
                  {consents}
                </Group>
              </Table.Td>
              <Table.Td visibleFrom="sm" className={classes.consents ?? ''}>
                {consents}
              </Table.Td>
              <Table.Td visibleFrom="md" ta="right">
                {person.deviceCount.toLocaleString('en')}
              </Table.Td>
              <Table.Td visibleFrom="lg" className={classes.other ?? ''} title={person.userDisplayName}>
                {person.user === '' ? <span className={classes.none}>–</span> : person.userDisplayName}
              </Table.Td>
              <Table.Td visibleFrom="sm" c="dimmed" className={classes.tight ?? ''}>
                {person.lastFixTime === undefined ? 'none' : <RelativeTime time={person.lastFixTime} />}
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
