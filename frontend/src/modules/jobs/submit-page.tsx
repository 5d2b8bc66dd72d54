import { IconLock } from '@tabler/icons-react'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { useServicesOffered } from './job-queries'
import { ServiceChoice } from './service-choice'
import { readSubmitAddress } from './submit-address'
import { SubmitForm } from './submit-form'

// What a run of a workflow is given depends on the workflow.
const RunForm = lazy(() => import('../workflows/form/run-form'))

export default function SubmitPage() {
  const organization = useOrganization()
  const services = useServicesOffered(organization.slug)
  const [query, setQuery] = useSearchParams()
  const address = readSubmitAddress(query)

  const header = (
    <PageHeader
      title={address.job === '' ? 'New job' : 'Edit job'}
      subtitle={
        address.job === ''
          ? 'It runs beside the data; you watch it, and download what it makes.'
          : 'It has not been started yet.'
      }
    />
  )
  if (organization.membership !== undefined && !organization.may('jobs.submit')) {
    return (
      <>
        {header}
        <Panel>
          <EmptyState
            icon={IconLock}
            title="Your role does not submit jobs"
            text={`An administrator of ${organization.membership.displayName} can make you a submitter.`}
          />
        </Panel>
      </>
    )
  }
  if (services.data === undefined) {
    return (
      <>
        {header}
        <Panel>
          {services.isError ? (
            <ErrorState error={services.error} onRetry={() => services.refetch()} />
          ) : (
            <ListSkeleton rows={6} />
          )}
        </Panel>
      </>
    )
  }
  const service = services.data.find(({ id }) => id === address.service) ?? services.data[0]
  return (
    <>
      {header}
      {address.job === '' && (
        <ServiceChoice
          services={services.data}
          chosen={service?.id ?? ''}
          onChoose={(id) => {
            const next = new URLSearchParams({ service: id })
            // The datasets chosen are likely to be meant for the other service too.
            for (const dataset of address.values['ID'] ?? []) next.append('ID', dataset)
            setQuery(next, { replace: true })
          }}
        />
      )}
      {service === undefined ? (
        <ErrorState error={new Error('This installation offers no service.')} />
      ) : service.id === 'workflow' ? (
        <Suspense
          fallback={
            <Panel>
              <ListSkeleton rows={6} />
            </Panel>
          }
        >
          <RunForm key={address.job} service={service} address={address} organization={organization} />
        </Suspense>
      ) : (
        <SubmitForm
          key={`${service.id} ${address.job}`}
          service={service}
          address={address}
          organization={organization}
        />
      )}
    </>
  )
}
