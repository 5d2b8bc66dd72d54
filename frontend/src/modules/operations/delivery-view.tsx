import { Stack } from '@mantine/core'
import { ErrorState } from '../../ui/error-state'
import { Panel } from '../../ui/panel'
import { DeliveryFigures } from './delivery-figures'
import { useDeliveryStatus } from './delivery-queries'
import { DeliveryTroubles } from './delivery-troubles'
import { MailsTable } from './mails-table'
import { ParkedEvents } from './parked-events'
import { StaleNotice } from './stale-notice'

/** What the operator sees of events and mail on their way, and may do to what got stuck. */
export default function DeliveryView({ mayOperate }: { mayOperate: boolean }) {
  const status = useDeliveryStatus(true)
  return (
    <Stack gap="md">
      {status.data === undefined && status.isError ? (
        <Panel>
          <ErrorState error={status.error} onRetry={() => status.refetch()} />
        </Panel>
      ) : (
        <div>
          <DeliveryFigures status={status.data} />
          {status.data !== undefined && <StaleNotice error={status.error} />}
        </div>
      )}
      {status.data !== undefined && <DeliveryTroubles status={status.data} />}
      <ParkedEvents mayOperate={mayOperate} />
      <MailsTable mayOperate={mayOperate} />
    </Stack>
  )
}
