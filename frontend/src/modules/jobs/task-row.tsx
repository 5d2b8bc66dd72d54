import type { JobTask, TaskAttempt, TaskState } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Progress, Table, Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { formatDuration } from '../../ui/format-duration'
import { formatUtc } from '../../ui/format-time'
import { Tag } from '../../ui/tag'
import { useNow } from '../../ui/use-now'
import { attemptsLabel, countsAgainstTask, retryLabel } from './task-attempts'
import classes from './task-row.module.css'

const states: Partial<Record<TaskState, { label: string; color: string }>> = {
  TASK_STATE_WAITING: { label: 'Waiting', color: 'gray' },
  TASK_STATE_RUNNING: { label: 'Running', color: 'sea' },
  TASK_STATE_COMPLETED: { label: 'Completed', color: 'teal' },
  TASK_STATE_FAILED: { label: 'Failed', color: 'red' },
  TASK_STATE_CANCELLED: { label: 'Cancelled', color: 'orange' },
  TASK_STATE_BLOCKED: { label: 'Waits for the others', color: 'gray' },
}

function spanOf(times: { startTime: Date | undefined; endTime: Date | undefined }): string {
  if (times.startTime === undefined || times.endTime === undefined) return '–'
  return formatDuration(times.endTime.getTime() - times.startTime.getTime())
}

/** A task, and below it, when it is opened, the attempts that did not complete it. */
export function TaskRow({ task }: { task: JobTask }) {
  const [opened, setOpened] = useState(false)
  const detailsId = useId()
  const state = states[task.state] ?? { label: 'Unknown', color: 'gray' }
  const failures = task.failedAttempts
  const name = (
    <span className={classes.name}>
      {task.displayName}
      {task.error !== undefined && (
        <Text component="span" display="block" size="xs" c="var(--mantine-color-error)">
          {task.error.message}
        </Text>
      )}
      {!opened && failures.length > 0 && (
        <Text component="span" display="block" size="xs" c="dimmed">
          {attemptsLabel(failures)}
        </Text>
      )}
    </span>
  )
  return (
    <>
      <Table.Tr>
        <Table.Td c="dimmed">{task.index}</Table.Td>
        <Table.Td className={classes.cell}>
          {failures.length === 0 ? (
            name
          ) : (
            <UnstyledButton
              className={classes.toggle}
              aria-expanded={opened}
              aria-controls={detailsId}
              onClick={() => setOpened(!opened)}
            >
              <IconChevronRight
                size={15}
                aria-hidden
                className={classes.chevron}
                data-opened={opened || undefined}
              />
              {name}
            </UnstyledButton>
          )}
        </Table.Td>
        <Table.Td>
          <Tag color={state.color}>{state.label}</Tag>
          {task.state === 'TASK_STATE_RUNNING' && (
            <Progress
              value={task.progress * 100}
              size={3}
              mt={5}
              w={72}
              aria-label={`Progress of task ${task.index}`}
            />
          )}
          {task.state === 'TASK_STATE_WAITING' && task.retryTime !== undefined && (
            <RetryTime time={task.retryTime} />
          )}
        </Table.Td>
        <Table.Td visibleFrom="sm" ta="right">
          {task.attempts}
        </Table.Td>
        <Table.Td visibleFrom="sm" ta="right">
          {spanOf(task)}
        </Table.Td>
      </Table.Tr>
      {failures.length > 0 && (
        <Table.Tr id={detailsId} hidden={!opened} className={classes.details}>
          <Table.Td />
          <Table.Td colSpan={4}>
            <ol className={classes.attempts} aria-label={`Failed attempts of task ${task.index}`}>
              {failures.map((attempt) => (
                <Attempt key={attempt.number} attempt={attempt} />
              ))}
            </ol>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  )
}

function Attempt({ attempt }: { attempt: TaskAttempt }) {
  return (
    <li>
      <div className={classes.attempt}>
        <strong>Attempt {attempt.number}</strong>
        <span className="mono">{attempt.exit?.reason || 'UNKNOWN'}</span>
        <Text
          span
          c="dimmed"
          inherit
          className="numeric"
          {...(attempt.endTime && { title: formatUtc(attempt.endTime) })}
        >
          after {spanOf(attempt)}
        </Text>
        {!countsAgainstTask(attempt) && (
          <Text span c="dimmed" inherit>
            does not count
          </Text>
        )}
      </div>
      <div className={classes.message}>{attempt.exit?.message}</div>
    </li>
  )
}

function RetryTime({ time }: { time: Date }) {
  const now = useNow(1_000)
  return (
    <Text size="xs" c="dimmed" mt={3} className="numeric" title={formatUtc(time)}>
      {retryLabel(time, now)}
    </Text>
  )
}
