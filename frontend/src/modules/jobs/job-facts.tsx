import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Facts } from '../../ui/facts'
import { formatBytes } from '../../ui/format-bytes'
import { durationMs, formatDuration } from '../../ui/format-duration'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { JobDuration } from './job-duration'

export function JobFacts({ job }: { job: Job }) {
  return (
    <Panel title="Details">
      <Facts
        entries={[
          ['Created', <RelativeTime key="created" time={job.createTime} />],
          ['Started', <RelativeTime key="started" time={job.startTime} />],
          ['Ended', <RelativeTime key="ended" time={job.endTime} />],
          ['Executing', <JobDuration key="executing" job={job} />],
          ['Limit', formatDuration(durationMs(job.executionDuration))],
          ['Kept until', <RelativeTime key="kept" time={job.destructionTime} />],
          ...(job.quote === undefined
            ? []
            : [
                [
                  'Quote',
                  `${formatBytes(job.quote.sizeBytes)}, ${formatDuration(durationMs(job.quote.duration))}`,
                ] as const,
              ]),
        ]}
      />
    </Panel>
  )
}
