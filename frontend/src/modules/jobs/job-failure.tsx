import type { JobError, Phase } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Text } from '@mantine/core'
import { IconAlertTriangle, IconBan } from '@tabler/icons-react'
import { Notice } from '../../ui/notice'

export function JobFailure({ error, phase }: { error: JobError; phase: Phase }) {
  const aborted = phase === 'PHASE_ABORTED'
  return (
    <Notice
      color={aborted ? 'orange' : 'red'}
      icon={aborted ? IconBan : IconAlertTriangle}
      title={aborted ? 'The job was aborted' : 'The job failed'}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {error.message}
      </Text>
      <Text size="xs" c="dimmed" mt={6}>
        <span className="mono">{error.reason}</span>
        {error.transient && ' · the same job may succeed when it is run again'}
      </Text>
    </Notice>
  )
}
