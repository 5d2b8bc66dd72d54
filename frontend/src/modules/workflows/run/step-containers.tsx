import type { RunStep, StepContainer } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Button, Group, Table, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ErrorState } from '../../../ui/error-state'
import { formatBytes } from '../../../ui/format-bytes'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { StepStateTag } from '../graph/step-state-tag'
import { isMoving } from '../graph/step-state-words'
import { TickingDuration } from '../graph/ticking-duration'
import { useWorkflowService } from '../use-workflow-service'
import classes from './step-containers.module.css'

interface StepContainersProps {
  /** Resource name of the job. */
  readonly job: string
  readonly step: RunStep
  /** Shows what a container wrote; undefined for whom the log is not for. */
  readonly onShowLog: ((container: number) => void) | undefined
}

const pageSize = 50
/** Between two listings while it runs, milliseconds, at least. */
const settleMs = 1_000

/** The containers of a step, page by page, kept up to date while they run. */
export function StepContainers({ job, step, onShowLog }: StepContainersProps) {
  const workflows = useWorkflowService()
  const queryClient = useQueryClient()
  // Tokens of the pages up to the one that is shown.
  const [tokens, setTokens] = useState<readonly string[]>([''])
  const token = tokens.at(-1) ?? ''
  const page = useQuery({
    queryKey: ['workflow-run', job, 'containers', step.task, token],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      workflows({ signal }).ListStepContainers({ parent: job, task: step.task, pageSize, pageToken: token }),
  })

  // Waits from the first change on, not from the last: a busy step changes all the time.
  const { waiting = 0, running = 0, completed = 0, failed = 0 } = step.containers ?? {}
  const revision = [step.state, step.attempts, waiting, running, completed, failed].join()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const shownRevision = useRef(revision)
  useEffect(() => {
    if (shownRevision.current === revision) return
    shownRevision.current = revision
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void queryClient.invalidateQueries({ queryKey: ['workflow-run', job, 'containers', step.task] })
    }, settleMs)
  }, [queryClient, job, step.task, revision])
  useEffect(() => () => clearTimeout(timer.current), [])

  const rows = page.data?.containers
  const nextToken = page.data?.nextPageToken ?? ''
  if (rows === undefined) {
    return page.isError ? (
      <ErrorState error={page.error} onRetry={() => page.refetch()} />
    ) : (
      <ListSkeleton rows={3} />
    )
  }
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed" px="md" py="sm">
        {step.state === 'STEP_STATE_KEPT'
          ? 'Its containers ran in the run that this one is a retry of.'
          : 'It has no containers yet.'}
      </Text>
    )
  }
  const hasOver = rows.some(({ over }) => over !== '')
  const hasNodes = rows.some(({ node }) => node !== '')
  return (
    <>
      <Table fz="sm" aria-label={`Containers of ${step.name}`} className={classes.table ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">#</Table.Th>
            <Table.Th>State</Table.Th>
            {hasOver && <Table.Th visibleFrom="sm">Reads</Table.Th>}
            <Table.Th visibleFrom="sm" ta="right">
              Exit code
            </Table.Th>
            <Table.Th visibleFrom="md" ta="right">
              Memory
            </Table.Th>
            {hasNodes && <Table.Th visibleFrom="md">Node</Table.Th>}
            <Table.Th ta="right">Time</Table.Th>
            {onShowLog !== undefined && <Table.Th ta="right">Log</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((container) => (
            <Row
              key={container.number}
              container={container}
              hasOver={hasOver}
              hasNodes={hasNodes}
              onShowLog={onShowLog}
            />
          ))}
        </Table.Tbody>
      </Table>
      {(tokens.length > 1 || nextToken !== '') && (
        <Group component="nav" aria-label="Pages of containers" justify="space-between" p="sm" gap="xs">
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
            {`${rows[0]?.number} to ${rows.at(-1)?.number} of ${(step.containers?.total ?? 0).toLocaleString('en')}`}
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
    </>
  )
}

interface RowProps {
  readonly container: StepContainer
  readonly hasOver: boolean
  readonly hasNodes: boolean
  readonly onShowLog: ((container: number) => void) | undefined
}

function Row({ container, hasOver, hasNodes, onShowLog }: RowProps) {
  const { number, state, over, startTime, endTime, exitCode, error, node, use } = container
  const memory = use?.peakMemoryBytes ?? 0n
  return (
    <Table.Tr>
      <Table.Td ta="right" c="dimmed">
        {number}
      </Table.Td>
      <Table.Td className={classes.state ?? ''}>
        <StepStateTag state={state} />
        {hasOver && over !== '' && (
          <Text size="xs" c="dimmed" hiddenFrom="sm" className={classes.words ?? ''}>
            {over}
          </Text>
        )}
        {error !== undefined && (
          <Text size="xs" c="var(--mantine-color-error)" mt={3} className={classes.words ?? ''}>
            {error.message}
            <Text span inherit hiddenFrom="sm">
              {exitCode === undefined ? '' : ` Exit code ${exitCode}.`}
            </Text>
          </Text>
        )}
      </Table.Td>
      {hasOver && (
        <Table.Td visibleFrom="sm" className={classes.over ?? ''} title={over}>
          {over || '–'}
        </Table.Td>
      )}
      <Table.Td visibleFrom="sm" ta="right" {...(exitCode ? { c: 'var(--mantine-color-error)' } : {})}>
        {exitCode ?? '–'}
      </Table.Td>
      <Table.Td visibleFrom="md" ta="right">
        {memory === 0n ? '–' : formatBytes(memory)}
      </Table.Td>
      {hasNodes && (
        <Table.Td visibleFrom="md" className={`${classes.node} mono`} title={node}>
          {node || '–'}
        </Table.Td>
      )}
      <Table.Td ta="right" className={classes.time ?? ''}>
        {startTime === undefined || (endTime === undefined && !isMoving(state)) ? (
          '–'
        ) : (
          <TickingDuration start={startTime} end={endTime} isMoving={isMoving(state)} />
        )}
      </Table.Td>
      {onShowLog !== undefined && (
        <Table.Td ta="right">
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={`Log of container ${number}`}
            disabled={startTime === undefined}
            onClick={() => onShowLog(number)}
          >
            Log
          </Button>
        </Table.Td>
      )}
    </Table.Tr>
  )
}
