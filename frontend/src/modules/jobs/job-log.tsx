import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { ActionIcon, Button, Group, NumberInput, Select, Switch, Text, Tooltip } from '@mantine/core'
import { IconCopy, IconDownload, IconLock } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { toApiError } from '../../app/api-error'
import { useApi } from '../../app/services'
import { formatClock } from '../../ui/format-time'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { hasEnded } from '../../ui/phase'
import type { JobHistory } from './job-events'
import classes from './job-log.module.css'
import { type LogOf, linesOf, logFileName, logText, wholeLog, writerOf } from './log-lines'
import { fetchWholeLog, useLoggedLines } from './use-logged-lines'

interface JobLogProps {
  readonly job: Job
  readonly history: JobHistory
  /** Of a workflow: its steps, by the indexes of their tasks. */
  readonly steps?: readonly LoggedStep[]
  /** Whose lines; chosen here alone while it is undefined. */
  readonly of?: LogOf
  readonly onChoose?: (of: LogOf) => void
}

export interface LoggedStep {
  readonly name: string
  /** As many as there are; 0 while it is not known. */
  readonly containers: number
}

/** Distance from the end, in pixels, that still counts as being there. */
const atEndPx = 24

/** What the job's tasks write: its end live, and what came before on demand. */
export function JobLog({ job, history, steps, of, onChoose }: JobLogProps) {
  const api = useApi()
  const box = useRef<HTMLDivElement>(null)
  const [follow, setFollow] = useState(true)
  const [fromStart, setFromStart] = useState(false)
  const [ownOf, setOwnOf] = useState(wholeLog)
  const whose = of ?? ownOf
  const choose = onChoose ?? setOwnOf
  const { task, container } = whose
  const ended = hasEnded(job.phase)
  // The stream brings the last lines of all tasks; everything else is asked for.
  const isWhole = history.log.length === history.logCount
  const asked = fromStart || (task !== undefined && !isWhole)
  const logged = useLoggedLines(job.name, whose, asked)
  const lines = useMemo(
    () =>
      linesOf(asked ? logged.data?.pages : undefined, !logged.hasNextPage, history.log, { task, container }),
    [asked, logged.data, logged.hasNextPage, history.log, task, container],
  )
  const names = useMemo(() => steps?.map(({ name }) => name), [steps])
  const taskChoices = useMemo(
    () => [
      { value: '', label: names === undefined ? 'All tasks' : 'All steps' },
      { value: '-1', label: 'The job itself' },
      ...Array.from({ length: job.taskCount }, (_, index) => ({
        value: String(index),
        label: names?.[index] ?? `Task ${index}`,
      })),
    ],
    [job.taskCount, names],
  )
  const containers = task === undefined ? 0 : (steps?.[task]?.containers ?? 0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when lines are added.
  useEffect(() => {
    const element = box.current
    if (element !== null && follow && !fromStart) element.scrollTop = element.scrollHeight
  }, [lines, follow, fromStart])

  const whole = useMutation({
    mutationFn: async (use: 'copy' | 'download') => {
      const text = logText(await fetchWholeLog(api, job.name, whose), names)
      if (use === 'copy') {
        await navigator.clipboard.writeText(text)
        notifySuccess('Log copied')
      } else save(logFileName(job.name, whose), text)
    },
    onError: (error, use) =>
      notifyFailure(use === 'copy' ? 'The log was not copied' : 'The log was not downloaded', error),
  })

  const isEmpty = history.logCount === 0 && task === undefined && !asked
  return (
    <Panel
      title="Log"
      flush
      actions={
        !isEmpty && (
          <>
            {!ended && (
              <Switch
                size="xs"
                label="Follow"
                checked={follow && !fromStart}
                onChange={({ currentTarget: { checked } }) => {
                  setFollow(checked)
                  if (checked) setFromStart(false)
                }}
              />
            )}
            {job.taskCount > 1 && (
              <Select
                aria-label="Lines of"
                size="xs"
                w={126}
                data={taskChoices}
                value={task === undefined ? '' : String(task)}
                searchable={job.taskCount > 10}
                limit={60}
                allowDeselect={false}
                onChange={(value) =>
                  choose({
                    task: value === null || value === '' ? undefined : Number(value),
                    container: undefined,
                  })
                }
              />
            )}
            {containers > 1 && (
              <NumberInput
                aria-label="Container"
                size="xs"
                w={118}
                placeholder="All containers"
                min={0}
                max={containers - 1}
                allowDecimal={false}
                value={container ?? ''}
                onChange={(value) =>
                  choose({ task, container: typeof value === 'number' ? value : undefined })
                }
              />
            )}
            <Tooltip label="Copy the log">
              <ActionIcon
                aria-label="Copy the log"
                loading={whole.isPending && whole.variables === 'copy'}
                onClick={() => whole.mutate('copy')}
              >
                <IconCopy size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Download the log as text">
              <ActionIcon
                aria-label="Download the log as text"
                loading={whole.isPending && whole.variables === 'download'}
                onClick={() => whole.mutate('download')}
              >
                <IconDownload size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )
      }
    >
      {isEmpty ? (
        <Text size="sm" c="dimmed" p="md">
          {ended ? 'The job wrote no log.' : 'Lines show here as the job writes them.'}
        </Text>
      ) : (
        <>
          {!asked && !isWhole && (
            <Group px="md" py={6} gap="xs" className={classes.earlier}>
              <Text size="xs" c="dimmed">
                The last {lines.length.toLocaleString('en')} of {history.logCount.toLocaleString('en')} lines
              </Text>
              <Button variant="subtle" size="compact-xs" onClick={() => setFromStart(true)}>
                Read it from the beginning
              </Button>
            </Group>
          )}
          {fromStart && (
            <Group px="md" py={6} gap="xs" className={classes.earlier}>
              <Button variant="subtle" size="compact-xs" onClick={() => setFromStart(false)}>
                Back to its end
              </Button>
            </Group>
          )}
          <div
            ref={box}
            className={classes.log}
            role="log"
            aria-label="Job log"
            aria-live="off"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
              setFollow(scrollHeight - scrollTop - clientHeight < atEndPx)
            }
          >
            {lines.map((line) => (
              <div key={line.sequence} className={classes.line}>
                <span className={classes.time}>{line.time && formatClock(line.time)}</span>
                {(job.taskCount > 1 || containers > 1) && (
                  <span className={classes.task} data-named={names !== undefined || undefined}>
                    {writerOf(line, names)}
                  </span>
                )}
                <span className={classes.text}>{line.text}</span>
              </div>
            ))}
            {lines.length === 0 && !logged.isFetching && !logged.isError && (
              <Text size="sm" c="dimmed">
                {ended ? 'It wrote nothing.' : 'It has written nothing yet.'}
              </Text>
            )}
            {asked && logged.isError && (
              <Text size="sm" c="var(--mantine-color-error)" role="alert">
                The log could not be read: {toApiError(logged.error).message}
              </Text>
            )}
            {asked && (logged.hasNextPage || logged.isFetching) && (
              <Button
                variant="subtle"
                size="compact-xs"
                loading={logged.isFetching}
                onClick={() => logged.fetchNextPage()}
              >
                More lines
              </Button>
            )}
          </div>
          <Text size="xs" c="dimmed" px="md" py={7} className={classes.note}>
            <IconLock size={13} aria-hidden /> Only the job’s owner and administrators see this log. Times in
            UTC.
          </Text>
        </>
      )}
    </Panel>
  )
}

function save(fileName: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has taken the content by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
