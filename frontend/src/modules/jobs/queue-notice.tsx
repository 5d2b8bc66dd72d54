import type { QueuePosition } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Text } from '@mantine/core'
import { useNow } from '../../ui/use-now'
import { expectedStart, queuePlace } from './queue-place'

/** Where a QUEUED job stands, and when it is likely to start. */
export function QueueNotice({ position }: { position: QueuePosition }) {
  const now = useNow(5_000)
  return (
    <Text size="sm" mt="sm" data-testid="queue-position">
      <strong>{queuePlace(position)}</strong>
      <Text span c="dimmed" inherit>
        {' · '}
        {expectedStart(position, now)}
      </Text>
    </Text>
  )
}
