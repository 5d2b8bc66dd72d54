import { Button, Group } from '@mantine/core'
import { IconLock, IconPlus, IconSitemap } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Pager } from '../../../ui/pager'
import { Panel } from '../../../ui/panel'
import { WorkflowTabs } from '../workflow-tabs'
import { DeleteWorkflowDialog } from './delete-workflow-dialog'
import { useWorkflows } from './workflow-queries'
import { WorkflowsTable } from './workflows-table'

const pageSize = 25

export default function WorkflowsPage() {
  const organization = useOrganization()
  const mayRead = organization.membership === undefined || organization.may('workflows.read')
  return (
    <>
      <WorkflowTabs path={organization.path} />
      <PageHeader
        title="Workflows"
        subtitle="Your own containers next to the data: steps that run algorithms, each after those whose files it reads."
        actions={
          organization.may('workflows.write') && (
            <Button
              component={Link}
              to={`${organization.path}/workflows/new`}
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              New workflow
            </Button>
          )
        }
      />
      {mayRead ? (
        <Workflows organization={organization} key={organization.slug} />
      ) : (
        <Panel>
          <EmptyState
            icon={IconLock}
            title="You may not see this organisation’s workflows"
            text="Its administrators can let you."
          />
        </Panel>
      )}
    </>
  )
}

function Workflows({ organization }: { organization: CurrentOrganization }) {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const page = useWorkflows(organization.slug, pageSize, token)
  const [deleting, setDeleting] = useState<string>()
  return (
    <>
      <Panel flush>
        {page.data === undefined ? (
          page.isError ? (
            <ErrorState
              error={page.error}
              {...(token !== '' && toApiError(page.error).code === 'INVALID_ARGUMENT'
                ? { title: 'There is no such page of workflows', text: 'Begin again with the first page.' }
                : { onRetry: () => page.refetch() })}
            />
          ) : (
            <ListSkeleton rows={6} />
          )
        ) : page.data.workflows.length === 0 ? (
          <Empty organization={organization} />
        ) : (
          <WorkflowsTable
            workflows={page.data.workflows}
            organization={organization}
            onDelete={setDeleting}
          />
        )}
      </Panel>
      <Pager
        label="Pages of workflows"
        token={token}
        nextToken={page.data?.nextPageToken ?? ''}
        query={(next) => new URLSearchParams(next === '' ? {} : { page: next })}
      />
      <DeleteWorkflowDialog
        organization={organization.slug}
        id={deleting}
        onClose={() => setDeleting(undefined)}
      />
    </>
  )
}

function Empty({ organization }: { organization: CurrentOrganization }) {
  return (
    <EmptyState
      icon={IconSitemap}
      title="No workflows yet"
      text="A workflow runs your organisation’s own containers next to the data, step by step, and hands out only results that were scanned. Register an algorithm first; once the operator has approved it, put steps together here."
      action={
        <Group gap="xs" justify="center">
          {organization.may('workflows.write') && (
            <Button component={Link} to={`${organization.path}/workflows/new`}>
              Build a workflow
            </Button>
          )}
          <Button component={Link} to={`${organization.path}/algorithms`} variant="default">
            Algorithms
          </Button>
          <Button component={Link} to="/api/docs" variant="default">
            API reference
          </Button>
        </Group>
      }
    />
  )
}
