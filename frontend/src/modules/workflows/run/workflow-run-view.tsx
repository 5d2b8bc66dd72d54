import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Link } from 'react-router'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import { hasEnded } from '../../../ui/phase'
import { jobAddress } from '../../jobs/job-address'
import type { JobHistory } from '../../jobs/job-events'
import { JobFailure } from '../../jobs/job-failure'
import { JobLog } from '../../jobs/job-log'
import { lastSegment } from '../../jobs/job-name'
import type { JobRights } from '../../jobs/job-rights'
import { wholeLog } from '../../jobs/log-lines'
import { StepsPanel } from '../graph/steps-panel'
import { RunFailure } from './run-failure'
import { runGraph, stepToShow } from './run-graph'
import { StepDetails } from './step-details'
import { useStepEnvironment } from './use-step-environment'
import { useWorkflowRun } from './use-workflow-run'

interface WorkflowRunViewProps {
  readonly job: Job
  readonly history: JobHistory
  readonly rights: JobRights
  /** Of the organisation's pages; undefined for whom they are not for. */
  readonly path: string | undefined
}

/** A run of a workflow, within the page of its job: its steps as they stand, one of them in detail, and what it wrote. */
export default function WorkflowRunView({ job, history, rights, path }: WorkflowRunViewProps) {
  const { run, refused } = useWorkflowRun(job.name)
  const [chosen, setChosen] = useState<string>()
  const [logOf, setLogOf] = useState(wholeLog)
  const log = useRef<HTMLDivElement>(null)
  const graph = useMemo(() => (run === undefined ? undefined : runGraph(run)), [run])
  const steps = useMemo(
    () =>
      run?.steps
        .toSorted((one, other) => one.task - other.task)
        .map(({ name, containers }) => ({ name, containers: containers?.total ?? 0 })),
    [run],
  )
  const step = run?.steps.find(({ name }) => name === chosen) ?? stepToShow(run?.steps ?? [])
  const environment = useStepEnvironment(path, step?.environment)

  const showLog = useCallback((task: number, container?: number) => {
    setLogOf({ task, container })
    log.current?.scrollIntoView({ block: 'nearest' })
    log.current?.querySelector<HTMLElement>('[role="log"]')?.focus({ preventScroll: true })
  }, [])
  const onShowLog = rights.mayReadLog ? showLog : undefined

  if (run === undefined || graph === undefined) {
    if (job.phase === 'PHASE_PENDING') return null
    return (
      <Panel title="Steps" flush>
        {refused === undefined ? (
          <ListSkeleton rows={5} />
        ) : (
          <ErrorState error={refused} title="The steps cannot be shown" />
        )}
      </Panel>
    )
  }
  const ended = hasEnded(job.phase)
  return (
    <>
      {run.retryOf !== '' && (
        <Text size="sm" c="dimmed">
          This runs what failed in{' '}
          <Anchor component={Link} to={jobAddress(run.retryOf)} inherit underline="always">
            job …{lastSegment(run.retryOf).slice(-8)}
          </Anchor>{' '}
          once more.
        </Text>
      )}
      {job.error !== undefined &&
        ended &&
        (run.steps.length === 0 ? (
          <JobFailure error={job.error} phase={job.phase} />
        ) : (
          <RunFailure
            job={job}
            run={run}
            error={job.error}
            mayRetry={rights.mayRun && (job.phase === 'PHASE_ERROR' || job.phase === 'PHASE_ABORTED')}
            onShowLog={onShowLog}
          />
        ))}
      {run.steps.length > 0 && (
        <StepsPanel
          title={run.steps.length === 1 ? 'Step' : `Steps of ${run.workflow}`}
          graph={graph}
          chosen={step?.name}
          onChoose={setChosen}
        />
      )}
      {step !== undefined && (
        <StepDetails
          job={job}
          step={step}
          path={path}
          environment={environment}
          isTold={ended && job.error?.message === step.error?.message}
          onShowLog={onShowLog}
        />
      )}
      {rights.mayReadLog && job.phase !== 'PHASE_PENDING' && (
        <div ref={log}>
          <JobLog
            job={job}
            history={history}
            {...(steps === undefined ? {} : { steps })}
            of={logOf}
            onChoose={setLogOf}
          />
        </div>
      )}
    </>
  )
}
