import { Button, Grid, Stack } from '@mantine/core'
import { IconListDetails, IconPhoto, IconPlayerPlay } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { type CurrentOrganization, useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { useDatasets } from '../datasets/dataset-queries'
import { DatasetRows } from '../datasets/dataset-rows'
import { useCaller } from '../identity/caller'
import { everyJob, type JobFilter, useJobs } from './job-queries'
import { JobsTable } from './jobs-table'

const active: JobFilter = {
  ...everyJob,
  phases: ['PHASE_PENDING', 'PHASE_QUEUED', 'PHASE_EXECUTING', 'PHASE_HELD', 'PHASE_SUSPENDED'],
}

/** What waits and runs stands above it already. */
const ended: JobFilter = {
  ...everyJob,
  phases: ['PHASE_COMPLETED', 'PHASE_ERROR', 'PHASE_ABORTED'],
}

export default function OverviewPage() {
  const organization = useOrganization()
  const { data: caller } = useCaller()
  const firstName = caller?.displayName.split(' ')[0] ?? ''
  return (
    <>
      <PageHeader
        title="Overview"
        heading={firstName === '' ? 'Overview' : `Good to see you, ${firstName}`}
        subtitle={organization.membership?.displayName}
        actions={
          <>
            <Button component={Link} to={`${organization.path}/datasets`} variant="default">
              Browse datasets
            </Button>
            {organization.may('jobs.submit') && (
              <Button component={Link} to={`${organization.path}/submit`} hiddenFrom="sm">
                New job
              </Button>
            )}
          </>
        }
      />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md" miw={0}>
            <Jobs organization={organization} filter={active} size={6} title="Running and waiting">
              <EmptyState
                compact
                icon={IconPlayerPlay}
                title="Nothing is running"
                text="Jobs of your organisation show here while they wait and run."
              />
            </Jobs>
            <Jobs organization={organization} filter={ended} size={8} title="Recently ended" more>
              <EmptyState
                icon={IconListDetails}
                title="No job has ended yet"
                text="Open a dataset, draw a region, and cut it out: that is a first job."
              />
            </Jobs>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Datasets organization={organization} />
        </Grid.Col>
      </Grid>
    </>
  )
}

interface JobsProps {
  readonly organization: CurrentOrganization
  readonly filter: JobFilter
  readonly size: number
  readonly title: string
  readonly more?: boolean
  /** Shown when there are none. */
  readonly children: ReactNode
}

function Jobs({ organization, filter, size, title, more = false, children }: JobsProps) {
  const jobs = useJobs(organization.slug, filter, size)
  return (
    <Panel
      title={title}
      flush
      actions={
        more && (
          <Button component={Link} to={`${organization.path}/jobs`} variant="subtle" size="compact-sm">
            All jobs
          </Button>
        )
      }
    >
      {jobs.data === undefined ? (
        jobs.isError ? (
          <ErrorState error={jobs.error} onRetry={() => jobs.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : jobs.data.jobs.length === 0 ? (
        children
      ) : (
        <JobsTable jobs={jobs.data.jobs} label={title} compact />
      )}
    </Panel>
  )
}

function Datasets({ organization }: { organization: CurrentOrganization }) {
  const datasets = useDatasets(
    organization.slug,
    { query: '', circle: undefined, orderBy: 'create_time desc' },
    7,
  )
  return (
    <Panel
      title="Datasets"
      flush
      actions={
        <Button component={Link} to={`${organization.path}/datasets`} variant="subtle" size="compact-sm">
          All datasets
        </Button>
      }
    >
      {datasets.data === undefined ? (
        datasets.isError ? (
          <ErrorState error={datasets.error} onRetry={() => datasets.refetch()} />
        ) : (
          <ListSkeleton rows={4} height={36} />
        )
      ) : datasets.data.datasets.length === 0 ? (
        <EmptyState
          icon={IconPhoto}
          title="No datasets"
          text="The operator registers images for your organisation."
        />
      ) : (
        <DatasetRows datasets={datasets.data.datasets} path={organization.path} />
      )}
    </Panel>
  )
}
