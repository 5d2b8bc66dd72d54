import { Button, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconUserPlus, IconUsers } from '@tabler/icons-react'
import { lazy, useState } from 'react'
import { useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { LazyDialog } from '../../ui/lazy-dialog'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { ChosenBar } from './chosen-bar'
import { MayOnly } from './may-only'
import { usePersons } from './person-queries'
import { PersonsTable } from './persons-table'
import { usePurposes } from './use-purposes'

const PersonDialog = lazy(() => import('./person-dialog'))
const RecordConsentsDialog = lazy(() => import('./record-consents-dialog'))

const pageSize = 50
/** As many as one call records consents of. */
const maximumChosen = 1_000

export default function PersonsPage() {
  return (
    <MayOnly
      permission="locations.manage"
      title="Persons"
      text="Administrators keep the persons, their devices and their consents."
    >
      <Persons />
    </MayOnly>
  )
}

/** Whose locations the organisation keeps. */
function Persons() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const search = parameters.get('search') ?? ''
  const token = parameters.get('page') ?? ''
  const persons = usePersons(organization.slug, search, pageSize, token)
  const purposes = usePurposes(organization.slug)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [adding, setAdding] = useState(false)
  const [recording, setRecording] = useState(false)
  const searchFor = useDebouncedCallback(
    (text: string) => setParameters(text === '' ? {} : { search: text }, { replace: true }),
    250,
  )
  const purposeNames = new Map(purposes.data?.map(({ name, displayName }) => [name, displayName]))
  const one =
    chosen.size === 1 ? persons.data?.persons.find(({ name }) => chosen.has(name))?.displayName : undefined

  return (
    <>
      <PageHeader
        title="Persons"
        subtitle="Whose locations are kept. Only those with a consent show on the map and in answers."
        actions={
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
            Add a person
          </Button>
        }
      />
      <Group mb="md" gap="sm" role="search" aria-label="Find persons">
        <TextInput
          aria-label="Name or external ID"
          placeholder="Name or external ID"
          type="search"
          maxLength={100}
          defaultValue={search}
          key={search === '' ? 'empty' : 'searched'}
          leftSection={<IconSearch size={16} aria-hidden />}
          onChange={(event) => searchFor(event.currentTarget.value.trim())}
          // What is typed must not call back whoever has pressed a link since.
          onBlur={() => searchFor.flush()}
          flex="1 1 220px"
          maw={{ sm: 360 }}
        />
      </Group>
      <Panel flush>
        {persons.data === undefined ? (
          persons.isError ? (
            <ErrorState
              error={persons.error}
              {...(token !== '' && toApiError(persons.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of persons', text: 'Begin again with the first page.' }
                : { onRetry: () => persons.refetch() })}
            />
          ) : (
            <ListSkeleton rows={10} height={24} />
          )
        ) : persons.data.persons.length === 0 ? (
          search === '' ? (
            <EmptyState
              icon={IconUsers}
              title="Nobody’s locations are kept yet"
              text="Add a person here, or have an import make one for each device that its file names."
              action={
                <Button variant="default" onClick={() => setAdding(true)}>
                  Add a person
                </Button>
              }
            />
          ) : (
            <EmptyState
              icon={IconSearch}
              title="Nobody of that name"
              text={
                <Text span inherit style={{ overflowWrap: 'anywhere' }}>
                  Neither a name nor an external ID has “{search}” in it.
                </Text>
              }
              action={
                <Button variant="default" onClick={() => setParameters({})}>
                  Show all
                </Button>
              }
            />
          )
        ) : (
          <PersonsTable
            organization={organization.slug}
            persons={persons.data.persons}
            purposes={purposeNames}
            chosen={chosen}
            onChoose={setChosen}
          />
        )}
      </Panel>
      <Pager
        label="Pages of persons"
        token={token}
        nextToken={persons.data?.nextPageToken ?? ''}
        query={(page) =>
          new URLSearchParams({ ...(search === '' ? {} : { search }), ...(page === '' ? {} : { page }) })
        }
      />
      <ChosenBar
        count={chosen.size}
        maximum={maximumChosen}
        onClear={() => setChosen(new Set())}
        onRecord={() => setRecording(true)}
      />
      <LazyDialog opened={adding}>
        {(opened) => (
          <PersonDialog organization={organization.slug} opened={opened} onClose={() => setAdding(false)} />
        )}
      </LazyDialog>
      <LazyDialog opened={recording}>
        {(opened) => (
          <RecordConsentsDialog
            organization={organization.slug}
            persons={[...chosen]}
            displayName={one}
            opened={opened}
            onClose={() => setRecording(false)}
            onRecorded={() => setChosen(new Set())}
          />
        )}
      </LazyDialog>
    </>
  )
}
