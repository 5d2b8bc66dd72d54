import type { FixImport } from '@fairlead/proto/web/fairlead/locations/v1/imports'
import { Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { formatLabel, importStateColor, importStateLabel } from './import-state'
import classes from './locations-table.module.css'
import { resourceId } from './resource-id'

/** Imports, newest first. */
export function ImportsTable({ imports }: { imports: readonly FixImport[] }) {
  return (
    <Table highlightOnHover aria-label="Imports" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>File</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Stored
          </Table.Th>
          <Table.Th ta="right" visibleFrom="md">
            Already there
          </Table.Th>
          <Table.Th ta="right" visibleFrom="sm">
            Rejected
          </Table.Th>
          <Table.Th visibleFrom="lg">By</Table.Th>
          <Table.Th visibleFrom="md">Begun</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {imports.map((one) => {
          const { accepted = 0n, duplicates = 0n, rejected = 0n } = one.counts ?? {}
          return (
            <Table.Tr key={one.name} className={classes.row ?? ''}>
              <Table.Td className={classes.title ?? ''}>
                <Link
                  to={{ search: `?import=${resourceId(one.name)}` }}
                  className={classes.link}
                  title={one.fileName}
                >
                  {one.fileName}
                </Link>
                <Text size="xs" c="dimmed" truncate>
                  {formatLabel(one.format)}
                  <Text span inherit hiddenFrom="sm">
                    {formatLabel(one.format) !== '' && ' · '}
                    {accepted.toLocaleString('en')} stored
                    {rejected > 0n && `, ${rejected.toLocaleString('en')} rejected`}
                  </Text>
                </Text>
              </Table.Td>
              <Table.Td>
                <Tag color={importStateColor(one.state)}>{importStateLabel(one.state)}</Tag>
              </Table.Td>
              <Table.Td ta="right" visibleFrom="sm">
                {accepted.toLocaleString('en')}
              </Table.Td>
              <Table.Td ta="right" visibleFrom="md">
                {duplicates.toLocaleString('en')}
              </Table.Td>
              <Table.Td ta="right" visibleFrom="sm">
                {rejected.toLocaleString('en')}
              </Table.Td>
              <Table.Td visibleFrom="lg" className={classes.other ?? ''} title={one.creatorDisplayName}>
                {one.creatorDisplayName}
              </Table.Td>
              <Table.Td visibleFrom="md" c="dimmed" className={classes.tight ?? ''}>
                <RelativeTime time={one.createTime} />
              </Table.Td>
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
