import { Stack } from '@mantine/core'
import { IconLock, IconServerOff } from '@tabler/icons-react'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { useEnvironments } from '../environment-queries'
import { WorkflowTabs } from '../workflow-tabs'
import { ContainersNotice } from './containers-notice'
import { EnvironmentCard } from './environment-card'
import classes from './environment-card.module.css'

export default function EnvironmentsPage() {
  const organization = useOrganization()
  return (
    <>
      <WorkflowTabs path={organization.path} />
      <PageHeader
        title="Environments"
        subtitle="What a container may take while it runs, how busy it is there, and what it costs."
      />
      {organization.may('workflows.read') ? (
        <Environments organization={organization} />
      ) : (
        <Panel>
          <EmptyState icon={IconLock} title="You may not see this organisation’s workflows" />
        </Panel>
      )}
    </>
  )
}

function Environments({ organization }: { organization: CurrentOrganization }) {
  const environments = useEnvironments(organization.slug)
  const { data } = environments
  if (data === undefined) {
    return (
      <Panel>
        {environments.isError ? (
          <ErrorState error={environments.error} onRetry={() => environments.refetch()} />
        ) : (
          <ListSkeleton rows={6} />
        )}
      </Panel>
    )
  }
  return (
    <Stack gap="md">
      <ContainersNotice availability={data} />
      {data.environments.length === 0 ? (
        <Panel>
          <EmptyState
            icon={IconServerOff}
            title="No environment is open"
            text="The operator of this installation opens them; until then no container runs."
          />
        </Panel>
      ) : (
        <div className={classes.cards}>
          {data.environments.map((environment) => (
            <EnvironmentCard key={environment.name} environment={environment} />
          ))}
        </div>
      )}
      <StaleNotice error={environments.error} />
    </Stack>
  )
}
