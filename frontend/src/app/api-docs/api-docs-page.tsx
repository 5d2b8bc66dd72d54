import { Accordion, Anchor, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Tag } from '../../ui/tag'
import { ApiError } from '../api-error'
import classes from './api-docs-page.module.css'
import { EndpointDetails } from './endpoint-details'
import { endpointsByTag, type HttpMethod, type OpenApi } from './openapi'

const address = '/api/v1/openapi.json'

const methodColors: Record<HttpMethod, string> = {
  get: 'sea',
  post: 'teal',
  put: 'yellow',
  patch: 'yellow',
  delete: 'red',
}

async function loadDocument(signal: AbortSignal): Promise<OpenApi> {
  const response = await fetch(address, { signal, headers: { accept: 'application/json' } })
  if (!response.ok) throw new ApiError('UNAVAILABLE', `The API description answered ${response.status}.`)
  return (await response.json()) as OpenApi
}

export default function ApiDocsPage() {
  const [search, setSearch] = useState('')
  const document = useQuery({
    queryKey: ['openapi'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => loadDocument(signal),
  })
  return (
    <div className={classes.page}>
      <PageHeader
        title="API reference"
        subtitle={
          <>
            Every method is called as JSON under the addresses below, as gRPC by its full name, and as
            gRPC-Web under <Code>/grpc/</Code>, all with <Code>authorization: Bearer …</Code> and an access
            token or one of your{' '}
            <Anchor component={Link} to="/account" inherit underline="always">
              API tokens
            </Anchor>
            . The document itself:{' '}
            <Anchor href={address} inherit underline="always">
              openapi.json
            </Anchor>
            .
          </>
        }
      />
      {document.data === undefined ? (
        document.isError ? (
          <ErrorState error={document.error} onRetry={() => document.refetch()} />
        ) : (
          <ListSkeleton rows={8} />
        )
      ) : (
        <>
          <TextInput
            maw={360}
            label="Find a method"
            leftSection={<IconSearch size={15} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Groups document={document.data} search={search.trim().toLowerCase()} />
        </>
      )}
    </div>
  )
}

function Groups({ document, search }: { document: OpenApi; search: string }) {
  const groups = [...endpointsByTag(document)]
    .map(([tag, endpoints]) => ({
      tag,
      endpoints: endpoints.filter(({ path, operation }) =>
        [path, operation.operationId, operation.summary, operation.description]
          .join(' ')
          .toLowerCase()
          .includes(search),
      ),
    }))
    .filter(({ endpoints }) => endpoints.length > 0)
  if (groups.length === 0) {
    return <EmptyState icon={IconSearch} title="No method matches" text="Try another word." />
  }
  return (
    <Stack gap="xl" mt="xl">
      {groups.map(({ tag, endpoints }) => (
        <section key={tag} aria-label={tag}>
          <Title order={2} mb="sm">
            {tag}
          </Title>
          <Accordion multiple variant="contained" classNames={{ item: classes.item ?? '' }}>
            {endpoints.map(({ key, method, path, operation }) => (
              <Accordion.Item key={key} value={key}>
                <Accordion.Control>
                  <Group gap="sm" wrap="nowrap">
                    <span className={classes.method}>
                      <Tag color={methodColors[method]}>{method.toUpperCase()}</Tag>
                    </span>
                    <div style={{ minWidth: 0 }}>
                      <Text className="mono" size="sm" style={{ overflowWrap: 'anywhere' }}>
                        {path}
                      </Text>
                      <Text size="xs" c="dimmed" lineClamp={1}>
                        {operation.summary ?? operation.description ?? operation.operationId}
                      </Text>
                    </div>
                  </Group>
                </Accordion.Control>
                <Accordion.Panel>
                  <EndpointDetails document={document} operation={operation} />
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        </section>
      ))}
    </Stack>
  )
}
