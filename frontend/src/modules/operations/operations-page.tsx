import { Tabs } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState } from '../../ui/empty-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { useCaller } from '../identity/caller'
import { DeliveryTab } from './delivery-tab'
import { QueueView } from './queue-view'

const DeliveryView = lazy(() => import('./delivery-view'))

/** What the operator sees of the whole installation: the queue, and events and mail on their way. */
export default function OperationsPage() {
  const { data: caller } = useCaller()
  const [parameters, setParameters] = useSearchParams()
  const may = (permission: string) => caller?.platformPermissions.includes(permission) ?? false
  const seesQueue = may('jobs.observe')
  const seesDelivery = may('notifications.observe')
  const view = seesDelivery && (parameters.get('view') === 'delivery' || !seesQueue) ? 'delivery' : 'queue'

  if (!seesQueue && !seesDelivery) {
    return (
      <>
        <PageHeader title="Operations" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="This page is for the operator"
            text="It shows the work of all organisations. Your own jobs are under Jobs."
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      <PageHeader
        title="Operations"
        subtitle={
          view === 'queue'
            ? 'The queue of the whole installation, as it is now.'
            : 'Events and mail on their way to people, as they are now.'
        }
      />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          setParameters(chosen === 'delivery' ? { view: 'delivery' } : {}, { preventScrollReset: true })
        }
      >
        {seesQueue && seesDelivery && (
          <Tabs.List mb="md" aria-label="Operations">
            <Tabs.Tab value="queue">Queue</Tabs.Tab>
            <DeliveryTab watched={view === 'delivery'} />
          </Tabs.List>
        )}
        {seesQueue && (
          <Tabs.Panel value="queue">
            <QueueView mayOperate={may('jobs.operate')} />
          </Tabs.Panel>
        )}
        {seesDelivery && (
          <Tabs.Panel value="delivery">
            <Suspense fallback={<ListSkeleton rows={6} />}>
              <DeliveryView mayOperate={may('notifications.operate')} />
            </Suspense>
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  )
}
