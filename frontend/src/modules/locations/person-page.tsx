import { ActionIcon, Anchor, Button, Group, Menu, Stack } from '@mantine/core'
import { IconDotsVertical, IconEraser, IconEye, IconMap, IconPencil } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { RelativeTime } from '../../ui/relative-time'
import { ConsentsPanel } from './consents-panel'
import { DevicesPanel } from './devices-panel'
import { ExportButton } from './export-button'
import { useLooks } from './look-queries'
import { LooksTable } from './looks-table'
import { MayOnly } from './may-only'
import { usePerson } from './person-queries'
import { usePersonService } from './use-person-service'

const PersonDialog = lazy(() => import('./person-dialog'))
const EraseDialog = lazy(() => import('./erase-dialog'))

const shownLooks = 10

export default function PersonPage() {
  return (
    <MayOnly
      permission="locations.manage"
      title="Person"
      text="Administrators keep the persons, their devices and their consents."
    >
      <PersonView />
    </MayOnly>
  )
}

/** What is kept of one person, and what is to be done with it. */
function PersonView() {
  const organization = useOrganization()
  const { person: id = '' } = useParams()
  const navigate = useNavigate()
  const service = usePersonService()
  const person = usePerson(organization.slug, id)
  const [dialog, setDialog] = useState<'change' | 'erase'>()
  const all = `${organization.path}/locations/persons`

  if (person.data === undefined) {
    const missing =
      person.isError && ['NOT_FOUND', 'INVALID_ARGUMENT'].includes(toApiError(person.error).code)
    return (
      <>
        <PageHeader title={missing ? 'No such person' : 'Person'} />
        <Panel>
          {person.isError ? (
            <ErrorState
              error={person.error}
              {...(missing
                ? {
                    title: 'There is no such person',
                    text: 'They may have been erased.',
                    action: (
                      <Button variant="default" component={Link} to={all}>
                        All persons
                      </Button>
                    ),
                  }
                : { onRetry: () => person.refetch() })}
            />
          ) : (
            <ListSkeleton rows={6} />
          )}
        </Panel>
      </>
    )
  }
  const { data } = person
  return (
    <>
      <PageHeader
        title={data.displayName}
        subtitle={
          <Group gap="2px 12px">
            {data.externalId !== '' && (
              <span className="mono" style={{ overflowWrap: 'anywhere' }}>
                {data.externalId}
              </span>
            )}
            {data.user !== '' && <span>Member: {data.userDisplayName}</span>}
            <span>
              {data.lastFixTime === undefined ? (
                'No fixes yet'
              ) : (
                <>
                  Last fix <RelativeTime time={data.lastFixTime} />
                </>
              )}
            </span>
            <Anchor component={Link} to={all} inherit>
              All persons
            </Anchor>
          </Group>
        }
        actions={
          <>
            {data.consentedPurposes.length > 0 && (
              <Button
                variant="default"
                component={Link}
                to={`${organization.path}/locations?person=${id}`}
                leftSection={<IconMap size={16} aria-hidden />}
              >
                On the map
              </Button>
            )}
            <ExportButton open={() => service().ExportPerson({ name: data.name })} of={data.displayName} />
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="default" size={36} aria-label="More actions">
                  <IconDotsVertical size={18} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<IconPencil size={16} aria-hidden />}
                  onClick={() => setDialog('change')}
                >
                  Change name, ID or member
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item
                  leftSection={<IconEraser size={16} aria-hidden />}
                  c="var(--mantine-color-error)"
                  onClick={() => setDialog('erase')}
                >
                  Erase for good
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        }
      />
      <Stack gap="md">
        <DevicesPanel organization={organization.slug} person={data} />
        <ConsentsPanel organization={organization.slug} person={data} />
        <LooksPanel organization={organization} person={id} />
      </Stack>
      <LazyDialog opened={dialog === 'change'}>
        {(opened) => (
          <PersonDialog
            organization={organization.slug}
            person={data}
            opened={opened}
            onClose={() => setDialog(undefined)}
          />
        )}
      </LazyDialog>
      <LazyDialog opened={dialog === 'erase'}>
        {(opened) => (
          <EraseDialog
            organization={organization.slug}
            person={data}
            opened={opened}
            onClose={() => setDialog(undefined)}
            onErased={() => navigate(all, { replace: true })}
          />
        )}
      </LazyDialog>
    </>
  )
}

function LooksPanel({ organization, person }: { organization: CurrentOrganization; person: string }) {
  const looks = useLooks(organization.slug, person, shownLooks)
  return (
    <Panel
      title="Looks at this person"
      flush
      actions={
        looks.data?.nextPageToken && (
          <Anchor component={Link} to={`${organization.path}/locations/looks?person=${person}`} size="sm">
            All
          </Anchor>
        )
      }
    >
      {looks.data === undefined ? (
        looks.isError ? (
          <ErrorState error={looks.error} onRetry={() => looks.refetch()} />
        ) : (
          <ListSkeleton rows={2} height={28} />
        )
      ) : looks.data.locationLooks.length === 0 ? (
        <EmptyState
          compact
          icon={IconEye}
          title="Nobody has looked"
          text="Every question that asks about or shows this person is written down here."
        />
      ) : (
        <LooksTable looks={looks.data.locationLooks} label="Looks at this person" />
      )}
    </Panel>
  )
}
