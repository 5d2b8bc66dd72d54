import { Tabs } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { EmptyState } from '../../../ui/empty-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { useCaller } from '../../identity/caller'
import { ReviewView } from './review-view'

const OperatedEnvironments = lazy(() => import('../environments/operated-environments'))

const views = ['review', 'environments'] as const
type View = (typeof views)[number]

const subtitles: Readonly<Record<View, string>> = {
  review:
    'Container images of all organisations. Nothing of a version runs before somebody here has approved it.',
  environments: 'What containers run in: their limits, their load and their price.',
}

/** Where the operator decides on algorithms, and keeps the environments that they run in. */
export default function WorkflowsDeskPage() {
  const { data: caller } = useCaller()
  const [parameters, setParameters] = useSearchParams()
  const may = (permission: string) => caller?.platformPermissions.includes(permission) ?? false
  const view = views.find((one) => one === parameters.get('view')) ?? 'review'

  if (caller !== undefined && !may('workflows.observe')) {
    return (
      <>
        <PageHeader title="Workflows desk" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="This page is for the operator"
            text="It shows algorithms of all organisations. Those of yours are under Workflows, each with what was decided."
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      <PageHeader title="Workflows desk" subtitle={subtitles[view]} />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          setParameters(chosen === null || chosen === 'review' ? {} : { view: chosen }, {
            preventScrollReset: true,
          })
        }
      >
        <Tabs.List mb="md" aria-label="Workflows of all organisations">
          <Tabs.Tab value="review">Algorithms</Tabs.Tab>
          <Tabs.Tab value="environments">Environments</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="review">
          <ReviewView mayReview={may('workflows.review')} />
        </Tabs.Panel>
        <Tabs.Panel value="environments">
          <Suspense fallback={<ListSkeleton rows={4} />}>
            <OperatedEnvironments mayOperate={may('workflows.operate')} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  )
}
