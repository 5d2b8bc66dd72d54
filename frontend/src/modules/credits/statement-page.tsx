import { Anchor, Button, Group, Text } from '@mantine/core'
import { IconListDetails } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { ExportMenu } from './export-menu'
import { filterFromAddress, filterToAddress, isFiltered } from './statement-filter'
import { StatementFilters } from './statement-filters'
import { StatementTable } from './statement-table'
import { useCreditClasses } from './use-credit-classes'
import { useStatement } from './use-statement'

const pageSize = 50

/** Every change of an organisation's balances. */
export default function StatementPage() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  const token = parameters.get('page') ?? ''
  const creditClasses = useCreditClasses()
  const statement = useStatement(organization.slug, filter, pageSize, token)
  return (
    <>
      <PageHeader
        title="Statement"
        subtitle={
          <Group gap="xs">
            <span>{organization.membership?.displayName}</span>
            <Anchor component={Link} to={`${organization.path}/credits`} inherit>
              All credits
            </Anchor>
          </Group>
        }
        actions={filter.reference === '' && <ExportMenu organization={organization.slug} filter={filter} />}
      />
      <StatementFilters
        creditClasses={creditClasses.data ?? []}
        filter={filter}
        onChange={(changed) => setParameters(filterToAddress(changed))}
      />
      {filter.reference !== '' && (
        <Group mb="md" gap="xs">
          <Text size="sm">
            Lines about one{' '}
            <Anchor
              component={Link}
              to={`${organization.path}/${filter.reference}`}
              inherit
              underline="always"
            >
              {filter.reference.startsWith('jobs/') ? 'job' : 'transfer'}
            </Anchor>
          </Text>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => setParameters(filterToAddress({ ...filter, reference: '' }))}
          >
            Show all
          </Button>
        </Group>
      )}
      <Panel flush>
        {statement.data === undefined || creditClasses.data === undefined ? (
          statement.isError ? (
            <ErrorState
              error={statement.error}
              {...(token !== '' && toApiError(statement.error).code === 'INVALID_ARGUMENT'
                ? {
                    title: 'There is no such page of the statement',
                    text: 'Begin again with the first page.',
                  }
                : { onRetry: () => statement.refetch() })}
            />
          ) : creditClasses.isError ? (
            <ErrorState error={creditClasses.error} onRetry={() => creditClasses.refetch()} />
          ) : (
            <ListSkeleton rows={10} />
          )
        ) : statement.data.lines.length === 0 && statement.data.nextPageToken !== '' ? (
          <EmptyState
            icon={IconListDetails}
            title="Nothing on this page"
            text="Such lines are rare among so many: the search goes on with the next page."
          />
        ) : statement.data.lines.length === 0 ? (
          <EmptyState
            icon={IconListDetails}
            title={isFiltered(filter) ? 'No line matches these filters' : 'Nothing has changed yet'}
            text={
              isFiltered(filter)
                ? 'Try fewer of them.'
                : 'Whatever changes your organisation’s balances shows here, newest first.'
            }
            action={
              isFiltered(filter) && (
                <Button variant="default" onClick={() => setParameters(new URLSearchParams())}>
                  Clear filters
                </Button>
              )
            }
          />
        ) : (
          <StatementTable lines={statement.data.lines} creditClasses={creditClasses.data} label="Statement" />
        )}
      </Panel>
      <Pager
        label="Pages of the statement"
        token={token}
        nextToken={statement.data?.nextPageToken ?? ''}
        query={(page) => {
          const next = filterToAddress(filter)
          if (page !== '') next.set('page', page)
          return next
        }}
      />
    </>
  )
}
