import { Button, Progress, SegmentedControl, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { Fragment, useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { lastSegment } from '../jobs/job-name'
import { describeJob, organizationTitle, shortJobName } from './describe-job'
import { type Grouping, groupTasks } from './group-tasks'
import { JobLink } from './job-link'
import { type Intervene, JobMenu } from './job-menu'
import { LeaseTime } from './lease-time'
import classes from './operations.module.css'
import { useRunningTasks } from './operations-queries'
import { RunningTime } from './running-time'
import { StaleNotice } from './stale-notice'

interface RunningWorkProps {
  readonly mayOperate: boolean
  readonly onIntervene: Intervene
}

/** Every task that runs now, of all organisations, longest running first within its group. */
export function RunningWork({ mayOperate, onIntervene }: RunningWorkProps) {
  const [grouping, setGrouping] = useState<Grouping>('organization')
  const [pages, setPages] = useState(1)
  const running = useRunningTasks(pages)
  const columns = mayOperate ? 7 : 6
  const data = running.data
  return (
    <Panel
      title="Running now"
      flush
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Group by"
          value={grouping}
          onChange={(value) => setGrouping(value === 'worker' ? 'worker' : 'organization')}
          data={[
            { value: 'organization', label: 'By organisation' },
            { value: 'worker', label: 'By worker' },
          ]}
        />
      }
    >
      {data === undefined ? (
        running.isError ? (
          <ErrorState error={running.error} onRetry={() => running.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState
          compact
          icon={IconPlayerPlay}
          title="Nothing is running"
          text="Tasks of every organisation show here while workers run them."
        />
      ) : (
        <Table fz="sm" aria-label="Running tasks" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Task</Table.Th>
              <Table.Th visibleFrom="md">Owner</Table.Th>
              <Table.Th visibleFrom="sm">{grouping === 'organization' ? 'Worker' : 'Organisation'}</Table.Th>
              <Table.Th>Running</Table.Th>
              <Table.Th visibleFrom="sm">Progress</Table.Th>
              <Table.Th visibleFrom="lg">Lease</Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          {groupTasks(data.items, grouping).map((group) => (
            <Fragment key={group.key}>
              <Table.Tbody>
                <Table.Tr className={classes.group ?? ''}>
                  <Table.Th colSpan={columns} scope="rowgroup">
                    <span className={classes.groupTitle}>{group.title}</span>
                    <Text span size="xs" c="dimmed" className="numeric">
                      {group.tasks.length} {group.tasks.length === 1 ? 'task' : 'tasks'}
                    </Text>
                  </Table.Th>
                </Table.Tr>
                {group.tasks.map((task) => {
                  const other =
                    grouping === 'organization' ? lastSegment(task.worker) : organizationTitle(task)
                  const label = shortJobName(task)
                  return (
                    <Table.Tr key={`${task.job} ${task.task}`}>
                      <Table.Td className={classes.name}>
                        <Text size="sm" fw={570} truncate title={task.job}>
                          <JobLink job={task.job} label={label} />{' '}
                          <Text span c="dimmed" inherit fw={400}>
                            #{task.task}
                          </Text>
                        </Text>
                        <Text size="xs" c="dimmed" truncate title={task.displayName}>
                          {task.attempt > 1 && `Attempt ${task.attempt} · `}
                          {task.displayName}
                        </Text>
                        <Text size="xs" c="dimmed" truncate hiddenFrom="md">
                          {task.ownerDisplayName}
                          <Text span inherit hiddenFrom="sm">{` · ${other}`}</Text>
                        </Text>
                      </Table.Td>
                      <Table.Td visibleFrom="md" className={classes.other}>
                        {task.ownerDisplayName || '–'}
                      </Table.Td>
                      <Table.Td visibleFrom="sm" className={classes.other} title={other}>
                        {other}
                      </Table.Td>
                      <Table.Td className={classes.tight}>
                        <RunningTime since={task.startTime} />
                      </Table.Td>
                      <Table.Td visibleFrom="sm">
                        <Progress
                          value={task.progress * 100}
                          size={4}
                          w={72}
                          aria-label={`Progress of ${label}, task ${task.task}`}
                        />
                      </Table.Td>
                      <Table.Td visibleFrom="lg" c="dimmed" className={classes.tight}>
                        <LeaseTime time={task.leaseExpireTime} />
                      </Table.Td>
                      {mayOperate && (
                        <Table.Td>
                          <JobMenu
                            label={`Actions on ${label}, task ${task.task}`}
                            job={task.job}
                            description={describeJob(task)}
                            onIntervene={onIntervene}
                          />
                        </Table.Td>
                      )}
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </Fragment>
          ))}
        </Table>
      )}
      {data?.more === true && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setPages(pages + 1)}>
          More tasks
        </Button>
      )}
      {data !== undefined && <StaleNotice error={running.error} />}
    </Panel>
  )
}
