import { Button, Group, Text } from '@mantine/core'
import { IconEye, IconX } from '@tabler/icons-react'
import { useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { useLooks } from './look-queries'
import { LooksTable } from './looks-table'
import { MayOnly } from './may-only'
import { PersonSelect } from './person-select'

const pageSize = 50

export default function LooksPage() {
  return (
    <MayOnly
      permission="locations.manage"
      title="Looks"
      text="Administrators see every look. Who looked at your own locations is under My locations, in the account menu."
    >
      <Looks />
    </MayOnly>
  )
}

/** The organisation's audit log of locations. */
function Looks() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const person = parameters.get('person') ?? ''
  const token = parameters.get('page') ?? ''
  const looks = useLooks(organization.slug, person, pageSize, token)
  return (
    <>
      <PageHeader
        title="Looks"
        subtitle="Every question about locations: who asked, for what purpose and why. The persons asked about and shown can read it, too."
      />
      <Group mb="md" gap="sm" align="flex-end" role="search" aria-label="Filter looks">
        <PersonSelect
          label="Looks at"
          placeholder="Everybody"
          organization={organization.slug}
          value={person}
          onChange={(chosen) => setParameters(chosen === '' ? {} : { person: chosen })}
        />
      </Group>
      <Panel flush>
        {looks.data === undefined ? (
          looks.isError ? (
            <ErrorState
              error={looks.error}
              {...(token !== '' && toApiError(looks.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of looks', text: 'Begin again with the first page.' }
                : { onRetry: () => looks.refetch() })}
            />
          ) : (
            <ListSkeleton rows={8} height={30} />
          )
        ) : looks.data.locationLooks.length === 0 ? (
          <EmptyState
            icon={IconEye}
            title={person === '' ? 'Nobody has looked yet' : 'Nobody has looked at this person'}
            text={
              <Text span inherit>
                Whoever asks on the map, by the API or by a job shows here, newest first.
              </Text>
            }
            action={
              person !== '' && (
                <Button
                  variant="default"
                  leftSection={<IconX size={16} aria-hidden />}
                  onClick={() => setParameters({})}
                >
                  Show looks at everybody
                </Button>
              )
            }
          />
        ) : (
          <LooksTable looks={looks.data.locationLooks} label="Looks" />
        )}
      </Panel>
      <Pager
        label="Pages of looks"
        token={token}
        nextToken={looks.data?.nextPageToken ?? ''}
        query={(page) =>
          new URLSearchParams({ ...(person === '' ? {} : { person }), ...(page === '' ? {} : { page }) })
        }
      />
    </>
  )
}
