import type { Job, JobTask } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Group, Switch, Table, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconCircleCheck } from '@tabler/icons-react'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useApi } from '../../app/services'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { organizationOf } from './job-address'
import { lastSegment } from './job-name'
import { jobKeys } from './job-queries'
import { TaskRow } from './task-row'

interface JobTasksProps {
  readonly job: Job
  /** Changes whenever a task may have changed: the tasks are listed again then. */
  readonly revision: string
}

const pageSize = 50
/** Between two listings while the job runs, milliseconds, at least. */
const settleMs = 1_000
/** Of the list of failed tasks: nobody reads more, and a page must not keep growing. */
const maximumFailed = 200

export function JobTasks({ job, revision }: JobTasksProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const organization = organizationOf(job.name)
  const id = lastSegment(job.name)
  // Tokens of the pages up to the one that is shown.
  const [tokens, setTokens] = useState<readonly string[]>([''])
  const [failedOnly, setFailedOnly] = useState(false)
  const token = tokens.at(-1) ?? ''
  const key = jobKeys.tasks(organization, id)
  const onlyFailed = failedOnly && job.tasksFailed > 0

  const page = useQuery({
    queryKey: [...key, 'page', token],
    enabled: job.taskCount > 0 && !onlyFailed,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.jobs({ signal }).ListJobTasks({ parent: job.name, pageSize, pageToken: token }),
  })
  const failed = useQuery({
    queryKey: [...key, 'failed'],
    enabled: onlyFailed,
    queryFn: async ({ signal }) => {
      const tasks: JobTask[] = []
      let pageToken = ''
      do {
        const part = await api.jobs({ signal }).ListJobTasks({ parent: job.name, pageSize: 500, pageToken })
        tasks.push(...part.tasks.filter(({ state }) => state === 'TASK_STATE_FAILED'))
        pageToken = part.nextPageToken
      } while (pageToken !== '' && tasks.length < maximumFailed)
      return tasks.slice(0, maximumFailed)
    },
  })

  // Waits from the first change on, not from the last: a busy job changes all the time.
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)
  const shownRevision = useRef(revision)
  useEffect(() => {
    if (shownRevision.current === revision) return
    shownRevision.current = revision
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined
      void queryClient.invalidateQueries({ queryKey: jobKeys.tasks(organization, id) })
    }, settleMs)
  }, [queryClient, organization, id, revision])
  useEffect(() => () => clearTimeout(waiting.current), [])

  if (job.taskCount === 0) return null
  const shown = onlyFailed ? failed : page
  const rows = onlyFailed ? failed.data : page.data?.tasks
  const nextToken = page.data?.nextPageToken ?? ''
  const paged = !onlyFailed && (tokens.length > 1 || nextToken !== '')
  return (
    <div id="tasks">
      <Panel
        title={job.taskCount === 1 ? 'Task' : `Tasks (${job.taskCount.toLocaleString('en')})`}
        flush
        actions={
          job.tasksFailed > 0 &&
          job.taskCount > 1 && (
            <Switch
              size="xs"
              label="Failed only"
              checked={failedOnly}
              onChange={(event) => setFailedOnly(event.currentTarget.checked)}
            />
          )
        }
      >
        {rows === undefined ? (
          shown.isError ? (
            <ErrorState error={shown.error} onRetry={() => shown.refetch()} />
          ) : (
            <ListSkeleton rows={Math.min(job.taskCount, 4)} />
          )
        ) : rows.length === 0 ? (
          <EmptyState icon={IconCircleCheck} title={onlyFailed ? 'No failed task' : 'No tasks'} />
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
              {rows.map((task) => (
                <TaskRow key={task.index} task={task} />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {onlyFailed && job.tasksFailed > maximumFailed && rows !== undefined && (
          <Text size="xs" c="dimmed" p="sm" ta="center">
            The first {maximumFailed} of {job.tasksFailed.toLocaleString('en')}
          </Text>
        )}
        {paged && (
          <Group component="nav" aria-label="Pages of tasks" justify="space-between" p="sm" gap="xs">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconChevronLeft size={15} aria-hidden />}
              disabled={tokens.length === 1}
              onClick={() => setTokens(tokens.slice(0, -1))}
            >
              Previous
            </Button>
            <Text size="xs" c="dimmed" className="numeric" aria-live="polite">
              {rows !== undefined &&
                rows.length > 0 &&
                `${rows[0]?.index} to ${rows.at(-1)?.index} of ${job.taskCount.toLocaleString('en')}`}
            </Text>
            <Button
              variant="default"
              size="xs"
              rightSection={<IconChevronRight size={15} aria-hidden />}
              disabled={nextToken === '' || page.isPlaceholderData}
              onClick={() => setTokens([...tokens, nextToken])}
            >
              Next
            </Button>
          </Group>
        )}
      </Panel>
    </div>
  )
}
