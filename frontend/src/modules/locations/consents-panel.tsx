import type { Person } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Button } from '@mantine/core'
import { IconPlus, IconWritingSign } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { Panel } from '../../ui/panel'
import { useConsents, useWithdrawConsent } from './consent-queries'
import { ConsentsTable } from './consents-table'
import { resourceId } from './resource-id'

const RecordConsentsDialog = lazy(() => import('./record-consents-dialog'))

/** What a person has consented to. */
export function ConsentsPanel({ organization, person }: { organization: string; person: Person }) {
  const consents = useConsents(organization, resourceId(person.name))
  const withdraw = useWithdrawConsent(organization)
  const [recording, setRecording] = useState(false)
  return (
    <Panel
      title="Consents"
      flush
      actions={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setRecording(true)}
        >
          Record a consent
        </Button>
      }
    >
      {consents.data === undefined ? (
        consents.isError ? (
          <ErrorState error={consents.error} onRetry={() => consents.refetch()} />
        ) : (
          <ListSkeleton rows={2} height={28} />
        )
      ) : consents.data.length === 0 ? (
        <EmptyState
          compact
          icon={IconWritingSign}
          title="No consent"
          text="Without one this person shows in no answer, as if there were nobody of that name."
        />
      ) : (
        <ConsentsTable
          consents={consents.data}
          label="Consents"
          whose={`${person.displayName}’s`}
          pending={withdraw.isPending}
          onWithdraw={(consent, done) => withdraw.mutate(consent, { onSettled: done })}
        />
      )}
      <LazyDialog opened={recording}>
        {(opened) => (
          <RecordConsentsDialog
            organization={organization}
            persons={[person.name]}
            displayName={person.displayName}
            opened={opened}
            onClose={() => setRecording(false)}
          />
        )}
      </LazyDialog>
    </Panel>
  )
}
