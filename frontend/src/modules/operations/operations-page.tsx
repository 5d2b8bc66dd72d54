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
const IngestView = lazy(() => import('./ingest-view'))

type View = 'queue' | 'delivery' | 'locations'

const subtitles: Readonly<Record<View, string>> = {
  queue: 'The queue of the whole installation, as it is now.',
  delivery: 'Events and mail on their way to people, as they are now.',
  locations: 'How fixes are taken in and kept, as it is now.',
}

/** What the operator sees of the whole installation: the queue, events and mail on their way, and fixes. */
export default function OperationsPage() {
  const { data: caller } = useCaller()
  const [parameters, setParameters] = useSearchParams()
  const may = (permission: string) => caller?.platformPermissions.includes(permission) ?? false
  const seesQueue = may('jobs.observe')
  const seesDelivery = may('notifications.observe')
  const views: View[] = [
    ...(seesQueue ? ['queue' as const] : []),
    ...(seesDelivery ? ['delivery' as const] : []),
    ...(may('locations.observe') ? ['locations' as const] : []),
  ]
  const view = views.find((one) => one === parameters.get('view')) ?? views[0]

  if (view === undefined) {
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
      <PageHeader title="Operations" subtitle={subtitles[view]} />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          setParameters(chosen === null || chosen === views[0] ? {} : { view: chosen }, {
            preventScrollReset: true,
          })
        }
      >
        {views.length > 1 && (
          <Tabs.List mb="md" aria-label="Operations">
            {seesQueue && <Tabs.Tab value="queue">Queue</Tabs.Tab>}
            {seesDelivery && <DeliveryTab watched={view === 'delivery'} />}
            {views.includes('locations') && <Tabs.Tab value="locations">Locations</Tabs.Tab>}
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
        {views.includes('locations') && (
          <Tabs.Panel value="locations">
            <Suspense fallback={<ListSkeleton rows={6} />}>
              <IngestView mayOperate={may('locations.operate')} />
            </Suspense>
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  )
}
