import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Button } from '@mantine/core'
import { lazy, useState } from 'react'
import { Facts } from '../../ui/facts'
import { formatBytes } from '../../ui/format-bytes'
import { durationMs, formatDuration } from '../../ui/format-duration'
import { LazyDialog } from '../../ui/lazy-dialog'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { JobChargeText } from './job-charge'
import { JobDuration } from './job-duration'

const ChangeJobDialog = lazy(() => import('./change-job-dialog'))

type Entry = readonly [string, React.ReactNode]

interface JobFactsProps {
  readonly job: Job
  readonly mayChange: boolean
  /** Of the organisation's pages; undefined for whom they are not for. */
  readonly path: string | undefined
}

export function JobFacts({ job, mayChange, path }: JobFactsProps) {
  const [changing, setChanging] = useState(false)
  const limits: Entry[] = [
    ['Time limit', job.executionDuration && formatDuration(durationMs(job.executionDuration))],
    // Each step of a workflow has its environment's.
    [
      'Memory limit',
      job.service !== 'workflow' &&
        job.memoryLimitBytes > 0n &&
        `${formatBytes(job.memoryLimitBytes)} a task`,
    ],
    ['Output limit', job.outputLimitBytes > 0n && formatBytes(job.outputLimitBytes)],
  ]
  const entries: Entry[] = [
    ['Created', <RelativeTime key="created" time={job.createTime} />],
    ['Started', <RelativeTime key="started" time={job.startTime} />],
    ['Ended', <RelativeTime key="ended" time={job.endTime} />],
    ['Executing', <JobDuration key="executing" job={job} />],
    ['Kept until', <RelativeTime key="kept" time={job.destructionTime} />],
    ...limits.filter(([, value]) => value !== undefined && value !== false),
  ]
  // A job that lacks parameters has nothing planned yet.
  if (job.quote !== undefined && job.quote.sizeBytes > 0n) {
    entries.push([
      'Quote',
      `${formatBytes(job.quote.sizeBytes)}, ${formatDuration(durationMs(job.quote.duration))}`,
    ])
  }
  if (job.charge !== undefined) {
    entries.push(['Cost', <JobChargeText key="cost" job={job} charge={job.charge} path={path} />])
  }
  return (
    <Panel
      title="Details"
      actions={
        mayChange && (
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => setChanging(true)}
            aria-label="Change limits"
          >
            Change
          </Button>
        )
      }
    >
      <Facts entries={entries} />
      {mayChange && (
        <LazyDialog opened={changing}>
          {(opened) => <ChangeJobDialog job={job} opened={opened} onClose={() => setChanging(false)} />}
        </LazyDialog>
      )}
    </Panel>
  )
}
