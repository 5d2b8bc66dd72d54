import { Stack } from '@mantine/core'
import { lazy, useState } from 'react'
import { LazyDialog } from '../../ui/lazy-dialog'
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
export function QueueView({ mayOperate }: { mayOperate: boolean }) {
  const [asking, setAsking] = useState<Asking>()
  const intervene = (intervention: Intervention, job: string, description: string) =>
    setAsking({ intervention, job, description, opened: true })
  return (
    <>
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
