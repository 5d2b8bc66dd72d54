import type { Job, JobError } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { WorkflowRun } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Anchor, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconBan, IconRotateClockwise } from '@tabler/icons-react'
import { Notice } from '../../../ui/notice'
import { RelativeTime } from '../../../ui/relative-time'
import { chargeText } from '../../jobs/charge-words'
import { keptSteps } from './run-graph'
import { useRetryRun } from './use-retry-run'

interface RunFailureProps {
  readonly job: Job
  readonly run: WorkflowRun
  readonly error: JobError
  readonly mayRetry: boolean
  /** Shows what a step wrote; undefined for whom its log is not for. */
  readonly onShowLog: ((task: number) => void) | undefined
}

/** Which step failed, why, what it cost, and the ways on. */
export function RunFailure({ job, run, error, mayRetry, onShowLog }: RunFailureProps) {
  const retry = useRetryRun(job)
  const failed = run.steps.find(({ state }) => state === 'STEP_STATE_FAILED')
  const aborted = job.phase === 'PHASE_ABORTED'
  const { message, reason, transient } = failed?.error ?? error
  const kept = keptSteps(run.steps)
  return (
    <Notice
      color={aborted ? 'orange' : 'red'}
      icon={aborted ? IconBan : IconAlertTriangle}
      title={
        aborted ? 'The run was aborted' : failed === undefined ? 'The run failed' : `“${failed.name}” failed`
      }
      data-testid="run-failure"
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {message}
      </Text>
      <Text size="xs" c="dimmed" mt={6}>
        <span className="mono">{reason}</span>
        {transient && ' · the same run may succeed when it is tried again'}
      </Text>
      {job.charge !== undefined && job.charge.note !== '' && (
        <Text size="xs" c="dimmed" mt={6} data-testid="run-cost">
          Cost: {chargeText(job.charge, job.phase)}. {job.charge.note}
        </Text>
      )}
      {(mayRetry || (failed !== undefined && onShowLog !== undefined)) && (
        <Group gap="md" mt="sm">
          {mayRetry && (
            <Button
              size="xs"
              leftSection={<IconRotateClockwise size={15} aria-hidden />}
              loading={retry.isPending}
              onClick={() => retry.mutate()}
            >
              {failed === undefined || kept === 0 ? 'Run it once more' : `Retry from “${failed.name}”`}
            </Button>
          )}
          {failed !== undefined && onShowLog !== undefined && (
            <Anchor component="button" type="button" size="sm" onClick={() => onShowLog(failed.task)}>
              What it wrote
            </Anchor>
          )}
          {mayRetry && kept > 0 && (
            <Text size="xs" c="dimmed">
              {kept === 1 ? 'The step that completed keeps' : `The ${kept} steps that completed keep`} what{' '}
              {kept === 1 ? 'it' : 'they'} made. It is deleted <RelativeTime time={job.destructionTime} />.
            </Text>
          )}
        </Group>
      )}
    </Notice>
  )
}
