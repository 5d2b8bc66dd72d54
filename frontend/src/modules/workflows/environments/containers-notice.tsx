import type { ListEnvironmentsResponse } from '@fairlead/proto/web/fairlead/workflows/v1/environments'
import { Text } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { Notice } from '../../../ui/notice'

type Availability = Pick<ListEnvironmentsResponse, 'available' | 'unavailableMessage'>

/** Says that nothing can run, where there is no Kubernetes, and what helps. */
export function ContainersNotice({ availability }: { availability: Availability | undefined }) {
  if (availability === undefined || availability.available) return null
  return (
    <Notice
      color="yellow"
      icon={IconCloudOff}
      title="Containers cannot run here"
      data-testid="containers-unavailable"
    >
      <Text size="sm">
        {availability.unavailableMessage ||
          'Container workflows need Kubernetes, and this installation has none.'}
      </Text>
      <Text size="sm" mt={6}>
        Algorithms can be registered and approved, and workflows be put together; runs of them are refused
        until then.
      </Text>
    </Notice>
  )
}
