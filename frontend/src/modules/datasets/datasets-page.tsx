import { Button, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPhoto, IconSearch, IconTarget } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { useDatasetPages } from './dataset-queries'
import { DatasetsTable } from './datasets-table'
import { parseSkyCircle } from './parse-sky-circle'

const orders = [
  { value: 'display_name', label: 'Name' },
  { value: 'create_time desc', label: 'Newest first' },
  { value: 'size_bytes desc', label: 'Largest first' },
]

export default function DatasetsPage() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const [query, setQuery] = useState(parameters.get('query') ?? '')
  const [position, setPosition] = useState(parameters.get('position') ?? '')
  const orderBy = parameters.get('order') ?? 'display_name'
  const [settledQuery] = useDebouncedValue(query.trim(), 250)
  const [settledPosition] = useDebouncedValue(position.trim(), 350)
  const circle = parseSkyCircle(settledPosition)
  const wrongPosition = settledPosition !== '' && circle === undefined

  useEffect(() => {
    setParameters(
      (before) => {
        const next = new URLSearchParams(before)
        for (const [name, value] of [
          ['query', settledQuery],
          ['position', settledPosition],
        ] as const) {
          if (value === '') next.delete(name)
          else next.set(name, value)
        }
        return next
      },
      { replace: true },
    )
  }, [settledQuery, settledPosition, setParameters])

  const datasets = useDatasetPages(organization.slug, { query: settledQuery, circle, orderBy }, 50)
  const rows = datasets.data?.pages.flatMap((page) => page.datasets)
  const filtered = settledQuery !== '' || settledPosition !== ''

  return (
    <>
      <PageHeader
        title="Datasets"
        subtitle="Images that your jobs can run on. Open one to look at it and to cut out a region."
      />
      <Group gap="sm" mb="md" align="flex-start" role="search" aria-label="Find datasets">
        <TextInput
          label="Name"
          placeholder="Part of a name"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={query}
          maxLength={200}
          onChange={(event) => setQuery(event.currentTarget.value)}
          flex="1 1 200px"
          maw={{ sm: 320 }}
        />
        <TextInput
          label="Position"
          placeholder="ra dec radius, degrees"
          leftSection={<IconTarget size={15} aria-hidden />}
          value={position}
          error={wrongPosition ? 'Give ra and dec, and perhaps a radius, in degrees.' : undefined}
          onChange={(event) => setPosition(event.currentTarget.value)}
          flex="1 1 200px"
          maw={{ sm: 280 }}
        />
        <Select
          label="Order"
          data={orders}
          value={orderBy}
          allowDeselect={false}
          onChange={(order) =>
            setParameters(
              (before) => {
                const next = new URLSearchParams(before)
                next.set('order', order ?? 'display_name')
                return next
              },
              { replace: true },
            )
          }
          w={150}
        />
      </Group>
      <Panel flush>
        {rows === undefined ? (
          datasets.isError ? (
            <ErrorState error={datasets.error} onRetry={() => datasets.refetch()} />
          ) : (
            <ListSkeleton rows={6} height={32} />
          )
        ) : rows.length === 0 ? (
          <EmptyState
            icon={IconPhoto}
            title={filtered ? 'No dataset matches' : 'No datasets yet'}
            text={
              filtered
                ? 'Try another name, or a larger radius.'
                : 'The operator registers images for your organisation, or for everyone.'
            }
          />
        ) : (
          <DatasetsTable datasets={rows} organization={organization} />
        )}
      </Panel>
      {datasets.hasNextPage && (
        <Group justify="center" mt="md">
          <Button
            variant="default"
            loading={datasets.isFetchingNextPage}
            onClick={() => datasets.fetchNextPage()}
          >
            More datasets
          </Button>
        </Group>
      )}
    </>
  )
}
