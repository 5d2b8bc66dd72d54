import { Tabs, VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useDeliveryStatus } from './delivery-queries'
import { troublesOf } from './delivery-state'
import classes from './operations.module.css'

/** Says when delivery wants attention, also while the operator looks at the queue. */
export function DeliveryTab({ watched }: { watched: boolean }) {
  const { data: status } = useDeliveryStatus(watched)
  const troubled = status !== undefined && troublesOf(status, Date.now()).length > 0
  return (
    <Tabs.Tab
      value="delivery"
      {...(troubled
        ? { rightSection: <IconAlertTriangle size={15} className={classes.trouble ?? ''} aria-hidden /> }
        : {})}
    >
      Delivery
      {troubled && <VisuallyHidden>, wants attention</VisuallyHidden>}
    </Tabs.Tab>
  )
}
