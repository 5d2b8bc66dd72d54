import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { useOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { PageHeader } from '../../../ui/page-header'
import { PageLoader } from '../../../ui/page-loader'
import { Panel } from '../../../ui/panel'
import { useAlgorithms } from '../algorithm-queries'
import { parseReference } from '../algorithm-reference'
import { WorkflowTabs } from '../workflow-tabs'
import { RegisterForm } from './register-form'

export default function RegisterPage() {
  const organization = useOrganization()
  const [parameters] = useSearchParams()
  const from = parseReference(parameters.get('from') ?? '')

  if (organization.membership === undefined) return <PageLoader />
  if (!organization.may('workflows.write')) {
    return (
      <>
        <PageHeader title="Register an algorithm" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="Your role does not register algorithms"
            text={`An administrator of ${organization.membership.displayName} can make you a submitter.`}
            action={
              <Button component={Link} to={`${organization.path}/algorithms`} variant="default">
                All algorithms
              </Button>
            }
          />
        </Panel>
      </>
    )
  }
  if (from === undefined) return <Register from={undefined} />
  return <RegisterFrom algorithm={from.algorithm} version={from.version} />
}

/** Begins with what a version is. */
function RegisterFrom({ algorithm, version }: { algorithm: string; version: number }) {
  const organization = useOrganization()
  const versions = useAlgorithms(organization.slug, [], algorithm)
  if (versions.data === undefined) {
    return versions.isError ? (
      <Panel>
        <ErrorState error={versions.error} onRetry={() => versions.refetch()} />
      </Panel>
    ) : (
      <PageLoader />
    )
  }
  const all = versions.data.pages.flatMap((page) => page.algorithms)
  const from = all.find((one) => one.version === version) ?? all[0]
  return <Register from={from} id={algorithm} key={from?.name ?? ''} />
}

function Register({ from, id = '' }: { from: Algorithm | undefined; id?: string }) {
  const organization = useOrganization()
  return (
    <>
      <WorkflowTabs path={organization.path} />
      <PageHeader
        title={
          from === undefined ? 'Register an algorithm' : `New version of ${from.spec?.displayName || id}`
        }
        subtitle={
          from === undefined
            ? 'A container image with all that it needs to run. The operator approves it before anything of it does.'
            : 'It begins with what the last one is. A version never changes: the operator approves each by itself.'
        }
      />
      <RegisterForm from={from} id={id} organization={organization} />
    </>
  )
}
