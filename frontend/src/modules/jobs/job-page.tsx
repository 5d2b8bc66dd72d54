import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button, Grid, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../app/organization'
import { Copyable } from '../../ui/copyable'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { hasEnded, phaseLabel } from '../../ui/phase'
import { PhaseBadge } from '../../ui/phase-badge'
import { Tag } from '../../ui/tag'
import { FailedTasksNotice } from './failed-tasks-notice'
import { JobActions } from './job-actions'
import { lastPhase } from './job-events'
import { JobFacts } from './job-facts'
import { JobFailure } from './job-failure'
import { JobLog } from './job-log'
import { jobTitle, lastSegment } from './job-name'
import { JobParameters } from './job-parameters'
import { useJob } from './job-queries'
import { JobResults } from './job-results'
import { useJobRights } from './job-rights'
import { JobTasks } from './job-tasks'
import { PhaseNoteNotice } from './phase-note-notice'
import { PhaseTimeline } from './phase-timeline'
import { QueueNotice } from './queue-notice'
import { useJobHistory } from './use-job-history'
import { useRunJob } from './use-run-job'

// With what draws its steps, which other jobs do without.
const WorkflowRunView = lazy(() => import('../workflows/run/workflow-run-view'))

export default function JobPage() {
  const organization = useOrganization()
  const { job: id = '' } = useParams()
  const isMember = organization.membership !== undefined
  const query = useJob(organization.slug, id, isMember)
  // A job that was shown and then deleted elsewhere is gone, not merely out of date.
  const code = query.isError ? toApiError(query.error).code : undefined
  const gone = code === 'NOT_FOUND' || (!isMember && code === 'PERMISSION_DENIED')
  if (query.data !== undefined && !gone) return <LoadedJob job={query.data} organization={organization} />

  const elsewhere = isMember
    ? { to: `${organization.path}/jobs`, label: 'All jobs' }
    : { to: '/shared', label: 'Jobs shared with me' }
  return (
    <>
      <PageHeader title="Job" />
      <Panel>
        {!query.isError ? (
          <ListSkeleton rows={6} />
        ) : gone ? (
          <ErrorState
            error={query.error}
            title={isMember ? 'This job does not exist or was deleted' : 'This job is not shared with you'}
            {...(isMember
              ? {}
              : {
                  text: `You are not a member of “${organization.slug}”. The job may not exist, or its owner has not shared it with you.`,
                })}
            action={
              <Button component={Link} to={elsewhere.to} variant="default">
                {elsewhere.label}
              </Button>
            }
          />
        ) : (
          <ErrorState error={query.error} title="The job cannot be shown" onRetry={() => query.refetch()} />
        )}
      </Panel>
    </>
  )
}

function LoadedJob({ job, organization }: { job: Job; organization: CurrentOrganization }) {
  const id = lastSegment(job.name)
  const { history } = useJobHistory(organization.slug, id)
  const rights = useJobRights(job, organization)
  const run = useRunJob(job)

  // Whichever is further: the events, or the job as it was loaded.
  const live = history.lastSequence >= job.lastSequence
  const phase = (live ? lastPhase(history) : undefined) ?? job.phase
  const progress = phase === 'PHASE_COMPLETED' ? 1 : ((live ? history.progress : undefined) ?? job.progress)
  // A note may become another one without a move of the job, which the events do not tell.
  const note = phase === job.phase ? job.phaseNote : history.phases.at(-1)?.note
  const shown = { ...job, phase, progress }
  const waits = phase === 'PHASE_HELD' || phase === 'PHASE_SUSPENDED'
  const ended = hasEnded(phase)
  // How far it went says nothing about a job that is not complete.
  const failed = ended && phase !== 'PHASE_COMPLETED'
  const isWorkflow = job.service === 'workflow'
  const path = rights.isMember ? organization.path : undefined

  return (
    <>
      <PageHeader
        title={jobTitle(job)}
        subtitle={
          <Group gap={8} wrap="wrap">
            <span>{job.service}</span>
            <span aria-hidden>·</span>
            <span>{job.ownerDisplayName || 'unknown owner'}</span>
            <span aria-hidden>·</span>
            <Copyable value={id} shown={id.slice(-12)} what="job ID" />
            {!rights.isMember && <Tag color="sea">Shared with you · {organization.slug}</Tag>}
          </Group>
        }
        actions={rights.isMember && <JobActions job={shown} organization={organization} rights={rights} />}
      />
      <VisuallyHidden role="status" aria-live="polite">
        {`Phase ${phaseLabel(phase)}`}
      </VisuallyHidden>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <Panel>
              <Group justify="space-between" mb="md" wrap="wrap">
                <PhaseBadge phase={phase} large />
                <Text size="sm" c="dimmed" className="numeric">
                  {!failed && `${Math.round(progress * 100)} %`}
                  {!failed && job.taskCount > 0 && ' · '}
                  {job.taskCount > 0 && `${job.tasksCompleted} of ${job.taskCount} ${taskWord(job)}`}
                </Text>
              </Group>
              <Progress
                value={progress * 100}
                size="sm"
                color={phase === 'PHASE_ERROR' ? 'red' : phase === 'PHASE_COMPLETED' ? 'teal' : 'sea'}
                animated={phase === 'PHASE_EXECUTING'}
                aria-label="Progress"
              />
              {phase === 'PHASE_PENDING' && rights.mayRun && (
                <Text size="sm" mt="sm">
                  {job.taskCount === 0
                    ? 'Parameters are missing: edit the job before you start it.'
                    : 'It waits for you to start it, and can be edited until then.'}
                </Text>
              )}
              {phase === 'PHASE_QUEUED' && job.queuePosition !== undefined && (
                <QueueNotice position={job.queuePosition} />
              )}
              <PhaseTimeline job={shown} history={history} />
            </Panel>
            {waits && note !== undefined && (
              <PhaseNoteNotice
                phase={phase}
                note={note}
                organization={rights.isMember ? organization : undefined}
                onRun={rights.mayRun ? () => run.mutate() : undefined}
                pending={run.isPending}
              />
            )}
            {isWorkflow ? (
              <Suspense
                fallback={
                  <Panel>
                    <ListSkeleton rows={6} />
                  </Panel>
                }
              >
                <WorkflowRunView job={shown} history={history} rights={rights} path={path} />
              </Suspense>
            ) : (
              <>
                {job.error !== undefined && ended && <JobFailure error={job.error} phase={phase} />}
                <FailedTasksNotice job={shown} />
              </>
            )}
            <JobResults job={shown} />
            {!isWorkflow && (
              <>
                {rights.mayReadLog && phase !== 'PHASE_PENDING' && <JobLog job={shown} history={history} />}
                <JobTasks
                  job={shown}
                  revision={`${job.version} ${phase} ${progress} ${history.resultCount}`}
                />
              </>
            )}
            {rights.isMember && !rights.mayReadLog && (
              <Text size="xs" c="dimmed">
                The job’s log is shown to its owner and to administrators.
              </Text>
            )}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <JobFacts job={shown} mayChange={rights.mayRun} path={path} />
            <JobParameters job={job} path={path} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  )
}

/** The tasks of a workflow are its steps. */
function taskWord({ service, taskCount }: Job): string {
  const word = service === 'workflow' ? 'step' : 'task'
  return taskCount === 1 ? word : `${word}s`
}
