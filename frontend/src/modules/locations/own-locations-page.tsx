import type { OwnPerson } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { Anchor, Group, Stack, Text } from '@mantine/core'
import { IconEye, IconMapPinOff, IconWritingSign } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { ConsentsTable } from './consents-table'
import { ExportButton } from './export-button'
import classes from './locations-table.module.css'
import { useOwnLooks } from './look-queries'
import { LooksTable } from './looks-table'
import { useOwnPersons, useWithdrawOwnConsent } from './own-queries'
import { useOwnLocationService } from './use-own-location-service'

const pageSize = 25

/** What is kept of the signed-in user, who looked at it, and what they may decide. */
export default function OwnLocationsPage() {
  const persons = useOwnPersons()
  return (
    <>
      <PageHeader
        title="My locations"
        subtitle={
          <Group gap="2px 12px">
            <span>What organisations keep of where you were, and who looked.</span>
            <Anchor component={Link} to="/account" inherit>
              Account
            </Anchor>
          </Group>
        }
      />
      <Stack gap="md">
        {persons.data === undefined ? (
          <Panel>
            {persons.isError ? (
              <ErrorState error={persons.error} onRetry={() => persons.refetch()} />
            ) : (
              <ListSkeleton rows={4} />
            )}
          </Panel>
        ) : persons.data.length === 0 ? (
          <Panel>
            <EmptyState
              icon={IconMapPinOff}
              title="Nothing is kept of you"
              text="No organisation has linked a person whose locations it keeps to your account. If one keeps yours, ask its administrators for the link."
            />
          </Panel>
        ) : (
          persons.data.map((own) => <Kept key={own.person?.name} own={own} />)
        )}
        {persons.data !== undefined && <OwnLooks isKept={persons.data.length > 0} />}
      </Stack>
    </>
  )
}

/** By one organisation. */
function Kept({ own: { person, organizationDisplayName, consents } }: { own: OwnPerson }) {
  const service = useOwnLocationService()
  const withdraw = useWithdrawOwnConsent()
  if (person === undefined) return null
  return (
    <Panel
      title={organizationDisplayName}
      flush
      actions={
        <ExportButton
          compact
          open={() => service().ExportOwnPerson({ person: person.name })}
          of={organizationDisplayName}
        />
      }
    >
      <Text size="sm" c="dimmed" component="div" className={classes.above ?? ''}>
        Kept as <strong>{person.displayName}</strong>, by{' '}
        {person.deviceCount === 1 ? '1 device' : `${person.deviceCount} devices`};{' '}
        {person.lastFixTime === undefined ? (
          'no fixes yet.'
        ) : (
          <>
            last fix <RelativeTime time={person.lastFixTime} />.
          </>
        )}
      </Text>
      {consents.length === 0 ? (
        <EmptyState
          compact
          icon={IconWritingSign}
          title="You have consented to nothing"
          text="So nobody sees your locations. They are in your export, and nowhere else."
        />
      ) : (
        <ConsentsTable
          consents={consents}
          label={`My consents, ${organizationDisplayName}`}
          whose="your"
          pending={withdraw.isPending}
          onWithdraw={(consent, done) => withdraw.mutate(consent, { onSettled: done })}
        />
      )}
    </Panel>
  )
}

function OwnLooks({ isKept }: { isKept: boolean }) {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const looks = useOwnLooks(pageSize, token)
  // Who is kept nowhere has nothing to be looked at, unless it was kept before.
  if (!isKept && looks.data?.locationLooks.length === 0) return null
  return (
    <div>
      <Panel title="Who looked" flush>
        {looks.data === undefined ? (
          looks.isError ? (
            <ErrorState
              error={looks.error}
              {...(token !== '' && toApiError(looks.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of looks', text: 'Begin again with the first page.' }
                : { onRetry: () => looks.refetch() })}
            />
          ) : (
            <ListSkeleton rows={4} height={28} />
          )
        ) : looks.data.locationLooks.length === 0 ? (
          <EmptyState
            compact
            icon={IconEye}
            title="Nobody has looked"
            text="Whoever asks about you, or is shown you beside others, is written down here with the purpose and the reason."
          />
        ) : (
          <LooksTable looks={looks.data.locationLooks} label="Who looked" own />
        )}
      </Panel>
      <Pager
        label="Pages of looks"
        token={token}
        nextToken={looks.data?.nextPageToken ?? ''}
        query={(page) => new URLSearchParams(page === '' ? {} : { page })}
      />
    </div>
  )
}
