import { Button } from '@mantine/core'
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
import { filterFromAddress, filterToAddress, isFiltered } from './job-filter-address'
import { JobFilters } from './job-filters'
import { useJobs } from './job-queries'
import { JobsTable } from './jobs-table'

const pageSize = 25

export default function JobsPage() {
  const organization = useOrganization()
  const [parameters, setParameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  const token = parameters.get('page') ?? ''
  const jobs = useJobs(organization.slug, filter, pageSize, token)

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
          <JobsTable jobs={jobs.data.jobs} label="Jobs" />
        )}
      </Panel>
      <Pager
        label="Pages of jobs"
        token={token}
        nextToken={jobs.data?.nextPageToken ?? ''}
        query={(page) => {
          const next = filterToAddress(filter)
          if (page !== '') next.set('page', page)
          return next
        }}
      />
    </>
  )
}
