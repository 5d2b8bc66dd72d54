import type { TaskState } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Table, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useApi } from '../../app/services'
import { ErrorState } from '../../ui/error-state'
import { formatDuration } from '../../ui/format-duration'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { Tag } from '../../ui/tag'
import { jobKeys } from './job-queries'

const states: Partial<Record<TaskState, { label: string; color: string }>> = {
  TASK_STATE_WAITING: { label: 'Waiting', color: 'gray' },
  TASK_STATE_RUNNING: { label: 'Running', color: 'sea' },
  TASK_STATE_COMPLETED: { label: 'Completed', color: 'teal' },
  TASK_STATE_FAILED: { label: 'Failed', color: 'red' },
  TASK_STATE_CANCELLED: { label: 'Cancelled', color: 'orange' },
}

interface JobTasksProps {
  readonly organization: string
  readonly id: string
  /** Of the job: its tasks are listed again when it changes. */
  readonly version: bigint
  readonly taskCount: number
}

export function JobTasks({ organization, id, version, taskCount }: JobTasksProps) {
  const api = useApi()
  const tasks = useInfiniteQuery({
    queryKey: [...jobKeys.tasks(organization, id), String(version)],
    enabled: taskCount > 0,
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      api.jobs({ signal }).ListJobTasks({
        parent: `organizations/${organization}/jobs/${id}`,
        pageSize: 50,
        pageToken: pageParam,
      }),
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === '' ? undefined : nextPageToken),
  })
  if (taskCount === 0) return null
  const rows = tasks.data?.pages.flatMap((page) => page.tasks)
  return (
    <Panel title="Tasks" flush>
      {rows === undefined ? (
        tasks.isError ? (
          <ErrorState error={tasks.error} onRetry={() => tasks.refetch()} />
        ) : (
          <ListSkeleton rows={2} />
        )
      ) : (
        <Table fz="sm" aria-label="Tasks">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>#</Table.Th>
              <Table.Th>Task</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th visibleFrom="sm" ta="right">
                Attempts
              </Table.Th>
              <Table.Th visibleFrom="sm" ta="right">
                Duration
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((task) => {
              const state = states[task.state] ?? { label: 'Unknown', color: 'gray' }
              return (
                <Table.Tr key={task.index}>
                  <Table.Td c="dimmed">{task.index}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    {task.displayName}
                    {task.error !== undefined && (
                      <Text size="xs" c="red">
                        {task.error.message}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Tag color={state.color}>{state.label}</Tag>
                  </Table.Td>
                  <Table.Td visibleFrom="sm" ta="right">
                    {task.attempts}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" ta="right">
                    {task.startTime !== undefined && task.endTime !== undefined
                      ? formatDuration(task.endTime.getTime() - task.startTime.getTime())
                      : '–'}
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      )}
      {tasks.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          loading={tasks.isFetchingNextPage}
          onClick={() => tasks.fetchNextPage()}
        >
          More tasks
        </Button>
      )}
    </Panel>
  )
}
