import { ActionIcon, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../../app/organization'
import { RelativeTime } from '../../../ui/relative-time'
import { submitAddress } from '../../jobs/submit-address'
import { algorithmAddress } from '../algorithm-reference'
import { AlgorithmStateTag } from '../algorithm-state-tag'
import type { ListedAlgorithm } from '../algorithm-version'
import { environmentId } from '../environments/environment-words'
import classes from './algorithms-table.module.css'

interface AlgorithmsTableProps {
  readonly rows: readonly ListedAlgorithm[]
  readonly organization: CurrentOrganization
}

export function AlgorithmsTable({ rows, organization }: AlgorithmsTableProps) {
  const mayRun = organization.may('jobs.submit')
  return (
    <Table highlightOnHover aria-label="Algorithms" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Algorithm</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th visibleFrom="md">Environment</Table.Th>
          <Table.Th visibleFrom="md">Registered by</Table.Th>
          <Table.Th visibleFrom="sm">Registered</Table.Th>
          {mayRun && (
            <Table.Th w={52}>
              <VisuallyHidden>Run</VisuallyHidden>
            </Table.Th>
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Row key={row.latest.name} row={row} organization={organization} mayRun={mayRun} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface RowProps {
  readonly row: ListedAlgorithm
  readonly organization: CurrentOrganization
  readonly mayRun: boolean
}

function Row({ row: { latest, approved }, organization, mayRun }: RowProps) {
  const { spec } = latest
  const isForeign = !latest.name.startsWith(`${organization.name}/`)
  const runsMeanwhile = approved !== undefined && approved.version !== latest.version
  return (
    <Table.Tr className={classes.row ?? ''}>
      <Table.Td className={classes.title ?? ''}>
        <Link
          to={algorithmAddress(organization.path, latest.name)}
          className={classes.link ?? ''}
          title={spec?.displayName ?? ''}
        >
          {spec?.displayName || latest.reference}
        </Link>
        <Text size="xs" c="dimmed" truncate>
          <span className="mono">{latest.reference}</span>
          {isForeign && ` · of ${latest.organizationDisplayName}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <AlgorithmStateTag state={latest.state} />
        {runsMeanwhile && (
          <Text size="xs" c="dimmed" mt={3}>
            Version {approved.version} runs
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="md" className="mono">
        {environmentId(spec?.environment ?? '')}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.person ?? ''}>
        {latest.registrantDisplayName || '–'}
      </Table.Td>
      <Table.Td visibleFrom="sm" c="dimmed">
        <RelativeTime time={latest.createTime} />
      </Table.Td>
      {mayRun && (
        <Table.Td>
          {approved !== undefined && (
            <Tooltip label={`Run ${approved.reference}`}>
              <ActionIcon
                component={Link}
                to={submitAddress(organization.path, 'workflow', [
                  { name: 'ALGORITHM', value: approved.reference },
                ])}
                className={classes.above ?? ''}
                aria-label={`Run ${approved.reference}`}
              >
                <IconPlayerPlay size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  )
}
