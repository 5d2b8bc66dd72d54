import { Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { workflowAddress } from '../workflow-name'
import type { useWorkflowVersions } from './workflow-queries'
import classes from './workflows-table.module.css'

interface WorkflowVersionsProps {
  readonly query: ReturnType<typeof useWorkflowVersions>
  readonly shown: number
  readonly path: string
  readonly id: string
}

/** Nothing of a version changes: what is edited becomes the next one. */
export function WorkflowVersions({ query, shown, path, id }: WorkflowVersionsProps) {
  return (
    <Panel title="Versions" flush>
      {query.data === undefined ? (
        query.isError ? (
          <ErrorState error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : (
        <Table highlightOnHover aria-label="Versions" className={classes.table ?? ''}>
          <Table.Tbody>
            {query.data.workflows.map(({ name, version, authorDisplayName, createTime, problem }) => (
              <Table.Tr key={name} className={classes.row ?? ''}>
                <Table.Td className={classes.title ?? ''}>
                  <Link
                    to={workflowAddress(path, id, version)}
                    className={classes.link ?? ''}
                    aria-current={version === shown ? 'page' : undefined}
                  >
                    Version {version}
                  </Link>
                  <Text size="xs" c="dimmed" truncate>
                    {authorDisplayName || 'unknown author'}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {version === shown ? (
                    <Tag color="sea">Shown</Tag>
                  ) : (
                    problem !== '' && <Tag color="red">Cannot run</Tag>
                  )}
                </Table.Td>
                <Table.Td c="dimmed" ta="right">
                  <RelativeTime time={createTime} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Panel>
  )
}
