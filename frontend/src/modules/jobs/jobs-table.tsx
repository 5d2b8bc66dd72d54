import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Progress, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { hasEnded } from '../../ui/phase'
import { PhaseBadge } from '../../ui/phase-badge'
import { RelativeTime } from '../../ui/relative-time'
import { useCaller } from '../identity/caller'
import { jobAddress, organizationOf } from './job-address'
import { JobDuration } from './job-duration'
import { jobSummary, jobTitle, lastSegment } from './job-name'
import { useJob } from './job-queries'
import { jobRemark } from './job-remark'
import classes from './jobs-table.module.css'
import { expectedStart, queuePlace } from './queue-place'

interface JobsTableProps {
  readonly jobs: readonly Job[]
  readonly label: string
  /** Fewer columns, for a narrow place. */
  readonly compact?: boolean
  /** Jobs of many organisations: says which, and fetches nothing more about them. */
  readonly shared?: boolean
}

/** So many of the caller's own jobs that wait say where they stand in the queue; each is a call. */
const maximumPlaces = 5

export function JobsTable({ jobs, label, compact = false, shared = false }: JobsTableProps) {
  const { data: caller } = useCaller()
  const placed = new Set(
    jobs
      .filter((job) => !shared && job.phase === 'PHASE_QUEUED' && job.owner === caller?.name)
      .slice(-maximumPlaces)
      .map(({ name }) => name),
  )
  return (
    <Table highlightOnHover aria-label={label} className={`${classes.table} ${compact ? '' : classes.wide}`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Job</Table.Th>
          <Table.Th>Phase</Table.Th>
          {!compact && <Table.Th visibleFrom="sm">Service</Table.Th>}
          {shared && <Table.Th visibleFrom="md">Organisation</Table.Th>}
          {!compact && <Table.Th visibleFrom="md">Owner</Table.Th>}
          <Table.Th visibleFrom="xs">Created</Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Duration
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map((job) => (
          <Table.Tr key={job.name} className={classes.row}>
            <Table.Td className={classes.title}>
              <Link to={jobAddress(job.name)} className={classes.link} title={jobTitle(job)}>
                {jobTitle(job)}
              </Link>
              <Text size="xs" c="dimmed" truncate {...(compact ? {} : { hiddenFrom: 'md' })}>
                {jobSummary(job)}
                {shared && ` · ${organizationOf(job.name)}`}
              </Text>
              <Remark job={job} />
            </Table.Td>
            <Table.Td>
              <div className={classes.phase}>
                <PhaseBadge phase={job.phase} />
              </div>
              {!hasEnded(job.phase) && job.progress > 0 && (
                <Progress value={job.progress * 100} size={3} mt={5} w={96} aria-label="Progress" />
              )}
              {placed.has(job.name) && <QueuePlace name={job.name} />}
            </Table.Td>
            {!compact && <Table.Td visibleFrom="sm">{job.service}</Table.Td>}
            {shared && (
              <Table.Td visibleFrom="md" className={classes.owner}>
                {organizationOf(job.name)}
              </Table.Td>
            )}
            {!compact && (
              <Table.Td visibleFrom="md" className={classes.owner}>
                {job.ownerDisplayName || '–'}
              </Table.Td>
            )}
            <Table.Td visibleFrom="xs" c="dimmed">
              <RelativeTime time={job.createTime} />
            </Table.Td>
            <Table.Td visibleFrom="sm" ta="right" c="dimmed">
              <JobDuration job={job} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** Why the job waits, or that some of its tasks failed. */
function Remark({ job }: { job: Job }) {
  const remark = jobRemark(job)
  if (remark === undefined) return null
  return (
    <Text size="xs" className={classes.remark} title={remark}>
      {remark}
    </Text>
  )
}

function QueuePlace({ name }: { name: string }) {
  const { data } = useJob(organizationOf(name), lastSegment(name))
  if (data?.queuePosition === undefined) return null
  return (
    <Text size="xs" c="dimmed" mt={3} className="numeric">
      {queuePlace(data.queuePosition)}
      {data.queuePosition.expectedStartTime !== undefined && (
        <>
          <br />
          {expectedStart(data.queuePosition, Date.now())}
        </>
      )}
    </Text>
  )
}
