import type { Job } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Notice } from '../../ui/notice'
import { hasEnded } from '../../ui/phase'
import { failedTasks } from './job-remark'

/** Says that a job is not whole, and where to look. */
export function FailedTasksNotice({ job }: { job: Job }) {
  const failed = failedTasks(job)
  if (failed === undefined || job.taskCount === 1) return null
  const ended = hasEnded(job.phase)
  return (
    <Notice color="yellow" icon={IconAlertTriangle} title={failed} data-testid="failed-tasks">
      <Text size="sm">
        {!ended
          ? 'The others go on. '
          : job.results.length > 0
            ? 'The results of the others are below. '
            : 'None of the others left a result. '}
        <Anchor href="#tasks" inherit underline="always">
          See which failed, and why
        </Anchor>
      </Text>
    </Notice>
  )
}
