import { Button, Grid, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { Copyable } from '../../ui/copyable'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { hasEnded, phaseLabel } from '../../ui/phase'
import { PhaseBadge } from '../../ui/phase-badge'
import { JobActions } from './job-actions'
import { lastPhase } from './job-events'
import { JobFacts } from './job-facts'
import { JobFailure } from './job-failure'
import { JobLog } from './job-log'
import { jobTitle } from './job-name'
import { JobParameters } from './job-parameters'
import { useJob } from './job-queries'
import { JobResults } from './job-results'
import { JobTasks } from './job-tasks'
import { PhaseTimeline } from './phase-timeline'
import { useJobHistory } from './use-job-history'

export default function JobPage() {
  const organization = useOrganization()
  const { job: id = '' } = useParams()
  const query = useJob(organization.slug, id)
  const { history } = useJobHistory(organization.slug, id)

  // A job that was shown and then deleted elsewhere is gone, not merely out of date.
  const gone = query.isError && toApiError(query.error).code === 'NOT_FOUND'
  if (query.data === undefined || gone) {
    return (
      <>
        <PageHeader title="Job" />
        <Panel>
          {query.isError ? (
            <ErrorState
              error={query.error}
              title={gone ? 'This job does not exist or was deleted' : 'The job cannot be shown'}
              {...(gone
                ? {
                    action: (
                      <Button component={Link} to={`${organization.path}/jobs`} variant="default">
                        All jobs
                      </Button>
                    ),
                  }
                : { onRetry: () => query.refetch() })}
            />
          ) : (
            <ListSkeleton rows={6} />
          )}
        </Panel>
      </>
    )
  }

  const job = query.data
  // Whichever is further: the events, or the job as it was loaded.
  const live = history.lastSequence >= job.lastSequence
  const phase = (live ? lastPhase(history) : undefined) ?? job.phase
  const progress = phase === 'PHASE_COMPLETED' ? 1 : ((live ? history.progress : undefined) ?? job.progress)
  const shown = { ...job, phase, progress }

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
          </Group>
        }
        actions={<JobActions job={shown} organization={organization} />}
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
                  {Math.round(progress * 100)} %
                  {job.taskCount > 0 &&
                    ` · ${job.tasksCompleted} of ${job.taskCount} ${job.taskCount === 1 ? 'task' : 'tasks'}`}
                </Text>
              </Group>
              <Progress
                value={progress * 100}
                size="sm"
                color={phase === 'PHASE_ERROR' ? 'red' : phase === 'PHASE_COMPLETED' ? 'teal' : 'sea'}
                animated={phase === 'PHASE_EXECUTING'}
                aria-label="Progress"
              />
              <PhaseTimeline job={shown} history={history} />
            </Panel>
            {job.error !== undefined && hasEnded(phase) && <JobFailure error={job.error} phase={phase} />}
            <JobResults job={shown} />
            <JobLog log={history.log} ended={hasEnded(phase)} taskCount={job.taskCount} />
            <JobTasks
              organization={organization.slug}
              id={id}
              version={job.version}
              taskCount={job.taskCount}
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <JobFacts job={shown} />
            <JobParameters job={job} path={organization.path} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  )
}
