import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Anchor, Stack, Text } from '@mantine/core'
import { IconSitemap } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../../app/api-error'
import type { CurrentOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { Panel } from '../../../ui/panel'
import type { SubmitAddress } from '../../jobs/submit-address'
import { useEnvironments } from '../environment-queries'
import { ContainersNotice } from '../environments/containers-notice'
import { type RunTarget, targetOf } from './run-draft'
import { RunFields } from './run-fields'
import { TargetSelect } from './target-select'
import { useRunnable } from './use-runnable'

interface RunFormProps {
  readonly service: Service
  readonly address: SubmitAddress
  readonly organization: CurrentOrganization
}

/** What the form for new jobs shows for the service that runs workflows. */
export default function RunForm({ service, address, organization }: RunFormProps) {
  const [, setQuery] = useSearchParams()
  const availability = useEnvironments(organization.slug).data
  const target = targetOf(address.values)
  const choose = ({ kind, reference }: RunTarget) => {
    const next = new URLSearchParams({ service: service.id })
    next.set(kind === 'workflow' ? 'WORKFLOW' : 'ALGORITHM', reference)
    if (address.job !== '') next.set('job', address.job)
    setQuery(next, { replace: true })
  }
  return (
    <Stack gap="md">
      <ContainersNotice availability={availability} />
      <Panel title="What runs">
        <TargetSelect organization={organization.slug} target={target} onChange={choose} />
        {target === undefined && (
          <EmptyState
            compact
            icon={IconSitemap}
            title="Choose what runs"
            text={
              <>
                A workflow that your organisation put together, or one algorithm by itself. What is not there
                yet can be made under{' '}
                <Anchor component={Link} to={`${organization.path}/workflows`} inherit underline="always">
                  Workflows
                </Anchor>
                .
              </>
            }
          />
        )}
        {target !== undefined && <Description organization={organization} target={target} />}
      </Panel>
      {target !== undefined && (
        <Fields
          key={`${target.kind} ${target.reference}`}
          service={service}
          address={address}
          organization={organization}
          target={target}
          available={availability?.available ?? true}
        />
      )}
    </Stack>
  )
}

function Description({ organization, target }: { organization: CurrentOrganization; target: RunTarget }) {
  const { data } = useRunnable(organization.slug, target)
  if (data === undefined || data === null) return null
  return (
    <>
      {data.description !== '' && (
        <Text size="sm" mt="sm" lineClamp={4} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {data.description}
        </Text>
      )}
      <Text size="sm" mt={6}>
        <Anchor component={Link} to={data.address} inherit>
          Look at {data.target.reference}
        </Anchor>
      </Text>
    </>
  )
}

interface FieldsProps extends RunFormProps {
  readonly target: RunTarget
  readonly available: boolean
}

function Fields({ service, address, organization, target, available }: FieldsProps) {
  const { data, error, refetch } = useRunnable(organization.slug, target)
  if (data === undefined || data === null) {
    const isAbsent = data === null || (error !== null && toApiError(error).code === 'NOT_FOUND')
    return (
      <Panel>
        {isAbsent ? (
          <ErrorState
            error={error}
            title={`There is no ${target.reference}`}
            text="It was deleted, or its organisation does not let yours run it. Choose another one above."
          />
        ) : error === null ? (
          <ListSkeleton rows={5} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </Panel>
    )
  }
  return (
    <RunFields
      key={data.target.reference}
      service={service}
      address={address}
      organization={organization}
      runnable={data}
      available={available}
    />
  )
}
