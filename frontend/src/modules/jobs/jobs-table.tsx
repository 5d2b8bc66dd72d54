import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Progress, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { hasEnded } from '../../ui/phase'
import { PhaseBadge } from '../../ui/phase-badge'
import { RelativeTime } from '../../ui/relative-time'
import { JobDuration } from './job-duration'
import { jobSummary, jobTitle, lastSegment } from './job-name'
import classes from './jobs-table.module.css'

interface JobsTableProps {
  readonly jobs: readonly Job[]
  /** "/o/{slug}" */
  readonly path: string
  readonly label: string
  /** Fewer columns, for a narrow place. */
  readonly compact?: boolean
}

export function JobsTable({ jobs, path, label, compact = false }: JobsTableProps) {
  return (
    <Table highlightOnHover aria-label={label} className={`${classes.table} ${compact ? '' : classes.wide}`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Job</Table.Th>
          <Table.Th>Phase</Table.Th>
          {!compact && <Table.Th visibleFrom="sm">Service</Table.Th>}
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
              <Link
                to={`${path}/jobs/${lastSegment(job.name)}`}
                className={classes.link}
                title={jobTitle(job)}
              >
                {jobTitle(job)}
              </Link>
              <Text size="xs" c="dimmed" truncate {...(compact ? {} : { hiddenFrom: 'md' })}>
                {jobSummary(job)}
              </Text>
            </Table.Td>
            <Table.Td>
              <div className={classes.phase}>
                <PhaseBadge phase={job.phase} />
              </div>
              {!hasEnded(job.phase) && job.progress > 0 && (
                <Progress value={job.progress * 100} size={3} mt={5} w={96} aria-label="Progress" />
              )}
            </Table.Td>
            {!compact && <Table.Td visibleFrom="sm">{job.service}</Table.Td>}
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
