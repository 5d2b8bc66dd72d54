import { IconShare } from '@tabler/icons-react'
import { useSearchParams } from 'react-router'
import { SharedTabs } from '../../app/shared-tabs'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { useSharedJobs } from './job-queries'
import { JobsTable } from './jobs-table'

/** Jobs of any organisation that others have shared with the caller. */
export default function SharedPage() {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const jobs = useSharedJobs(token)
  return (
    <>
      <PageHeader
        title="Shared with me"
        subtitle="Jobs that others let you see, with their results; the latest shared comes first."
      />
      <SharedTabs />
      <Panel flush>
        {jobs.data === undefined ? (
          jobs.isError ? (
            <ErrorState error={jobs.error} onRetry={() => jobs.refetch()} />
          ) : (
            <ListSkeleton rows={5} />
          )
        ) : jobs.data.jobs.length === 0 ? (
          <EmptyState
            icon={IconShare}
            title="Nothing is shared with you"
            text="Whoever owns a job can share it with you by your e-mail address, on the job’s page."
          />
        ) : (
          <JobsTable jobs={jobs.data.jobs} label="Jobs shared with me" shared />
        )}
      </Panel>
      <Pager
        label="Pages of jobs"
        token={token}
        nextToken={jobs.data?.nextPageToken ?? ''}
        query={(page) => new URLSearchParams(page === '' ? {} : { page })}
      />
    </>
  )
}
