import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { Environment } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import type { RunStep } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Anchor, Button, Group, Text } from '@mantine/core'
import { IconFileText, IconHourglass } from '@tabler/icons-react'
import { Link } from 'react-router'
import { Facts } from '../../../ui/facts'
import { Panel } from '../../../ui/panel'
import { RelativeTime } from '../../../ui/relative-time'
import { algorithmLink } from '../algorithm-link'
import { environmentId } from '../graph/spec-graph'
import { StepStateTag } from '../graph/step-state-tag'
import { containersText, isMoving, stepStateWords } from '../graph/step-state-words'
import { TickingDuration } from '../graph/ticking-duration'
import { StepContainers } from './step-containers'
import classes from './step-details.module.css'
import { StepResults } from './step-results'
import { StepUse } from './step-use'

interface StepDetailsProps {
  readonly job: Job
  readonly step: RunStep
  /** Of the organisation's pages; undefined for whom they are not for. */
  readonly path: string | undefined
  readonly environment: Environment | undefined
  /** Whether the page tells above why it failed. */
  readonly isTold: boolean
  /** Shows what the step, or one of its containers, wrote; undefined for whom the log is not for. */
  readonly onShowLog: ((task: number, container?: number) => void) | undefined
}

/** Everything about one step of a run. */
export function StepDetails({ job, step, path, environment, isTold, onShowLog }: StepDetailsProps) {
  const { state } = step
  const counts = containersText(step.containers)
  const entries: [string, React.ReactNode][] = [
    [
      'Algorithm',
      path === undefined ? (
        step.algorithm
      ) : (
        <Anchor component={Link} to={algorithmLink(path, step.algorithm)} inherit key="algorithm">
          {step.algorithm}
        </Anchor>
      ),
    ],
    ['Environment', environment?.displayName || environmentId(step.environment)],
  ]
  if (step.needs.length > 0) entries.push(['After', step.needs.join(', ')])
  if (step.startTime !== undefined) {
    entries.push([
      isMoving(state) ? 'Runs for' : 'Took',
      <TickingDuration key="duration" start={step.startTime} end={step.endTime} isMoving={isMoving(state)} />,
    ])
    entries.push(['Started', <RelativeTime key="started" time={step.startTime} />])
  }
  if (counts !== '') entries.push(['Containers', counts])
  if (step.attempts > 1) entries.push(['Attempts', step.attempts])
  return (
    <Panel
      title={step.name}
      flush
      actions={
        <Group gap="xs" wrap="nowrap">
          {onShowLog !== undefined && step.startTime !== undefined && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconFileText size={15} aria-hidden />}
              onClick={() => onShowLog(step.task)}
            >
              Log
            </Button>
          )}
          <StepStateTag state={state} />
        </Group>
      }
    >
      <div className={classes.top}>
        {step.error === undefined && (
          <Text size="sm" c="dimmed">
            {stepStateWords(state).text}
          </Text>
        )}
        {step.stateMessage !== '' && (
          <p className={classes.waiting} role="status">
            <IconHourglass size={15} aria-hidden />
            {step.stateMessage}
          </p>
        )}
        {step.error !== undefined && !isTold && (
          <div className={classes.failure}>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {step.error.message}
            </Text>
            <Text size="xs" c="dimmed" mt={3}>
              <span className="mono">{step.error.reason}</span>
            </Text>
          </div>
        )}
        <div className={classes.facts}>
          <Facts entries={entries} />
        </div>
      </div>
      {step.use !== undefined && step.startTime !== undefined && (
        <StepUse use={step.use} environment={environment} isMoving={isMoving(state)} />
      )}
      {state !== 'STEP_STATE_BLOCKED' && state !== 'STEP_STATE_WAITING' && (
        <StepContainers
          key={step.task}
          job={job.name}
          step={step}
          onShowLog={onShowLog === undefined ? undefined : (container) => onShowLog(step.task, container)}
        />
      )}
      <StepResults key={`results of ${step.task}`} job={job} task={step.task} />
    </Panel>
  )
}
