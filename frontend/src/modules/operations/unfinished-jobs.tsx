import type { UnfinishedJob } from '@fairlead/proto/web/fairlead/jobs/v1/operations'
import { Button, SegmentedControl, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconListCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { PhaseBadge } from '../../ui/phase-badge'
import { RelativeTime } from '../../ui/relative-time'
import { describeJob, organizationTitle, shortJobName } from './describe-job'
import { firstChoice, type JobChoice, jobChoices, jobsIn, remediesFor } from './job-choice'
import { JobLink } from './job-link'
import { type Intervene, JobMenu } from './job-menu'
import classes from './operations.module.css'
import { useOrganizationLoads, useUnfinishedJobs } from './operations-queries'
import { StaleNotice } from './stale-notice'
import { useRelease } from './use-release'

interface UnfinishedJobsProps {
  readonly mayOperate: boolean
  readonly onIntervene: Intervene
}

const labels: Readonly<Record<JobChoice, string>> = {
  held: 'Held',
  queued: 'Queued',
  executing: 'Executing',
}

const empty: Readonly<Record<JobChoice, { title: string; text: string }>> = {
  held: {
    title: 'No job is held or suspended',
    text: 'Jobs that the operator holds, and jobs that no worker goes on with, show here with the reason.',
  },
  queued: { title: 'No job is queued', text: 'Jobs show here while they wait for workers.' },
  executing: { title: 'No job is executing', text: 'Jobs show here from their first task to their last.' },
}

/** Jobs of all organisations that wait or run, oldest first. */
export function UnfinishedJobs({ mayOperate, onIntervene }: UnfinishedJobsProps) {
  const loads = useOrganizationLoads().data
  const [chosen, setChosen] = useState<JobChoice>()
  const [pages, setPages] = useState(1)
  // Once: what is shown must not change below the eyes when the last held job goes on.
  if (chosen === undefined && loads !== undefined) setChosen(firstChoice(loads))
  const choice = chosen ?? 'held'
  const jobs = useUnfinishedJobs(choice, pages)
  const data = jobs.data
  return (
    <Panel
      title="Jobs"
      flush
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Phase"
          value={choice}
          onChange={(value) => {
            setChosen(value as JobChoice)
            setPages(1)
          }}
          data={jobChoices.map((value) => ({
            value,
            label: (
              <>
                {labels[value]}
                {value === 'held' && (
                  <Text span inherit visibleFrom="sm">
                    {' and suspended'}
                  </Text>
                )}
                {loads !== undefined && (
                  <span className={classes.count}>{jobsIn(value, loads).toLocaleString('en')}</span>
                )}
              </>
            ),
          }))}
        />
      }
    >
      {data === undefined ? (
        jobs.isError ? (
          <ErrorState error={jobs.error} onRetry={() => jobs.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState compact icon={IconListCheck} {...empty[choice]} />
      ) : (
        <Table fz="sm" aria-label="Jobs that have not ended" className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Job</Table.Th>
              {choice === 'held' && <Table.Th visibleFrom="sm">Phase</Table.Th>}
              <Table.Th visibleFrom="md">Organisation</Table.Th>
              <Table.Th visibleFrom="md">Owner</Table.Th>
              <Table.Th>Tasks done</Table.Th>
              <Table.Th visibleFrom="xs">{choice === 'executing' ? 'Queued' : 'Waiting since'}</Table.Th>
              {mayOperate && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map((job) => (
              <JobRow
                key={job.job}
                job={job}
                choice={choice}
                mayOperate={mayOperate}
                onIntervene={onIntervene}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {data?.more === true && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setPages(pages + 1)}>
          More jobs
        </Button>
      )}
      {data !== undefined && <StaleNotice error={jobs.error} />}
    </Panel>
  )
}

interface JobRowProps extends UnfinishedJobsProps {
  readonly job: UnfinishedJob
  readonly choice: JobChoice
}

function JobRow({ job, choice, mayOperate, onIntervene }: JobRowProps) {
  const release = useRelease()
  const name = shortJobName(job)
  const organization = organizationTitle(job)
  const description = describeJob(job)
  const remedies = remediesFor(job)
  const since = job.queueTime ?? job.createTime
  return (
    <Table.Tr>
      <Table.Td className={classes.name}>
        <Text size="sm" fw={570} truncate title={job.job}>
          <JobLink job={job.job} label={name} />
        </Text>
        <Text size="xs" c="dimmed" truncate hiddenFrom="md" title={organization}>
          {job.ownerDisplayName || 'unknown owner'} · {organization}
        </Text>
        {job.phaseNote !== undefined && (
          <Text size="xs" className={classes.note} title={job.phaseNote.message}>
            {job.phaseNote.message}
          </Text>
        )}
        <Text size="xs" c="dimmed" hiddenFrom="xs">
          <RelativeTime time={since} />
        </Text>
        {choice === 'held' && (
          <Text size="xs" hiddenFrom="sm" mt={4} component="div">
            <PhaseBadge phase={job.phase} />
          </Text>
        )}
      </Table.Td>
      {choice === 'held' && (
        <Table.Td visibleFrom="sm">
          <PhaseBadge phase={job.phase} />
        </Table.Td>
      )}
      <Table.Td visibleFrom="md" className={classes.other} title={organization}>
        {organization}
      </Table.Td>
      <Table.Td visibleFrom="md" className={classes.other} title={job.ownerDisplayName}>
        {job.ownerDisplayName || '–'}
      </Table.Td>
      <Table.Td className={classes.tight}>
        {job.taskCount === 0
          ? 'not planned'
          : `${job.tasksCompleted.toLocaleString('en')} of ${job.taskCount.toLocaleString('en')}`}
        {job.tasksFailed > 0 && (
          <Text size="xs" c="var(--mantine-color-error)">
            {job.tasksFailed.toLocaleString('en')} failed
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="xs" c="dimmed">
        <RelativeTime time={since} />
      </Table.Td>
      {mayOperate && (
        <Table.Td>
          <JobMenu
            label={`Actions on ${name}`}
            job={job.job}
            description={description}
            mayHold={remedies.hold}
            onRelease={remedies.release ? () => release.mutate({ job: job.job, description }) : undefined}
            onIntervene={onIntervene}
          />
        </Table.Td>
      )}
    </Table.Tr>
  )
}
