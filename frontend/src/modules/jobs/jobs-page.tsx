import { Button, Group } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconListDetails } from '@tabler/icons-react'
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { filterFromAddress, filterToAddress, isFiltered } from './job-filter-address'
import { JobFilters } from './job-filters'
import { useJobs } from './job-queries'
import { JobsTable } from './jobs-table'

const pageSize = 25

/** Tokens of the pages before this one, first page first; kept with the history entry. */
interface PagingState {
  readonly before?: readonly string[]
}

export default function JobsPage() {
  const organization = useOrganization()
  const navigate = useNavigate()
  const location = useLocation()
  const [parameters, setParameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  const token = parameters.get('page') ?? ''
  const before = (location.state as PagingState | null)?.before ?? []
  const jobs = useJobs(organization.slug, filter, pageSize, token)

  const turnTo = (page: string, pagesBefore: readonly string[]) => {
    const next = filterToAddress(filter)
    if (page !== '') next.set('page', page)
    navigate({ search: next.toString() }, { state: { before: pagesBefore } satisfies PagingState })
  }
  const nextToken = jobs.data?.nextPageToken ?? ''

  return (
    <>
      <PageHeader
        title="Jobs"
        subtitle={organization.membership?.displayName}
        actions={
          organization.may('jobs.submit') && (
            <Button component={Link} to={`${organization.path}/submit`} hiddenFrom="sm">
              New job
            </Button>
          )
        }
      />
      <JobFilters
        organization={organization.slug}
        filter={filter}
        onChange={(changed) => setParameters(filterToAddress(changed))}
      />
      <Panel flush>
        {jobs.data === undefined ? (
          jobs.isError ? (
            <ErrorState
              error={jobs.error}
              {...(token !== '' && toApiError(jobs.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of jobs', text: 'Begin again with the first page.' }
                : { onRetry: () => jobs.refetch() })}
            />
          ) : (
            <ListSkeleton rows={8} />
          )
        ) : jobs.data.jobs.length === 0 ? (
          <EmptyState
            icon={IconListDetails}
            title={isFiltered(filter) ? 'No job matches these filters' : 'No jobs yet'}
            text={
              isFiltered(filter) ? 'Try fewer of them.' : 'Jobs of your organisation show here, newest first.'
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
          <JobsTable jobs={jobs.data.jobs} path={organization.path} label="Jobs" />
        )}
      </Panel>
      {(token !== '' || nextToken !== '') && (
        <Group component="nav" aria-label="Pages of jobs" justify="flex-end" mt="md" gap="xs">
          <Button
            variant="default"
            leftSection={<IconChevronLeft size={16} aria-hidden />}
            disabled={token === ''}
            onClick={() => turnTo(before.at(-1) ?? '', before.slice(0, -1))}
          >
            Previous
          </Button>
          <Button
            variant="default"
            rightSection={<IconChevronRight size={16} aria-hidden />}
            disabled={nextToken === ''}
            onClick={() => turnTo(nextToken, [...before, token])}
          >
            Next
          </Button>
        </Group>
      )}
    </>
  )
}
