import { Stack } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { useCaller } from '../identity/caller'
import { Figures } from './figures'
import type { Intervention } from './intervention-dialog'
import { OrganizationLoads } from './organization-loads'
import { RunningWork } from './running-work'
import { UnfinishedJobs } from './unfinished-jobs'
import { WorkersTable } from './workers-table'

const InterventionDialog = lazy(() => import('./intervention-dialog'))

interface Asking {
  readonly intervention: Intervention
  readonly job: string
  readonly description: string
  readonly opened: boolean
}

/** What the operator sees of the queue, and may do to it, across all organisations. */
export default function OperationsPage() {
  const { data: caller } = useCaller()
  const [asking, setAsking] = useState<Asking>()
  const mayObserve = caller?.platformPermissions.includes('jobs.observe') ?? false
  const mayOperate = caller?.platformPermissions.includes('jobs.operate') ?? false
  const intervene = (intervention: Intervention, job: string, description: string) =>
    setAsking({ intervention, job, description, opened: true })

  if (!mayObserve) {
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
      <PageHeader title="Operations" subtitle="The queue of the whole installation, as it is now." />
      <Stack gap="md">
        <Figures />
        <RunningWork mayOperate={mayOperate} onIntervene={intervene} />
        <UnfinishedJobs mayOperate={mayOperate} onIntervene={intervene} />
        <OrganizationLoads mayOperate={mayOperate} />
        <WorkersTable mayOperate={mayOperate} />
      </Stack>
      {asking !== undefined && (
        <LazyDialog opened={asking.opened}>
          {(opened) => (
            <InterventionDialog
              intervention={asking.intervention}
              job={asking.job}
              description={asking.description}
              opened={opened}
              onClose={() => setAsking({ ...asking, opened: false })}
            />
          )}
        </LazyDialog>
      )}
    </>
  )
}
