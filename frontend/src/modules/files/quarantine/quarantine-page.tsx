import { Tabs } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState } from '../../../ui/empty-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { useCaller } from '../../identity/caller'
import { QuarantineView } from './quarantine-view'

const StorageView = lazy(() => import('./storage-view'))
const PoliciesView = lazy(() => import('./policies-view'))

const views = ['quarantine', 'storage', 'policies'] as const
type View = (typeof views)[number]

const subtitles: Readonly<Record<View, string>> = {
  quarantine: 'Files of all organisations that are not released, as they are now. Nobody can fetch them.',
  storage: 'How much room each organisation takes, and how much it may.',
  policies: 'What may be uploaded for which purpose.',
}

/** What the operator sees of the files of all organisations: states and figures, never content. */
export default function QuarantinePage() {
  const { data: caller } = useCaller()
  const [parameters, setParameters] = useSearchParams()
  const may = (permission: string) => caller?.platformPermissions.includes(permission) ?? false
  const view = views.find((one) => one === parameters.get('view')) ?? 'quarantine'

  if (caller !== undefined && !may('files.observe')) {
    return (
      <>
        <PageHeader title="Quarantine" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="This page is for the operator"
            text="It shows files of all organisations that are not released. Those of yours are under Files, each with its state."
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      <PageHeader title="Quarantine" subtitle={subtitles[view]} />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          setParameters(chosen === null || chosen === 'quarantine' ? {} : { view: chosen }, {
            preventScrollReset: true,
          })
        }
      >
        <Tabs.List mb="md" aria-label="Files of all organisations">
          <Tabs.Tab value="quarantine">Quarantine</Tabs.Tab>
          <Tabs.Tab value="storage">Storage</Tabs.Tab>
          <Tabs.Tab value="policies">Policies</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="quarantine">
          <QuarantineView mayOperate={may('files.operate')} />
        </Tabs.Panel>
        <Tabs.Panel value="storage">
          <Suspense fallback={<ListSkeleton rows={4} />}>
            <StorageView mayOperate={may('files.operate')} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="policies">
          <Suspense fallback={<ListSkeleton rows={5} />}>
            <PoliciesView mayOperate={may('files.operate')} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
