import { IconLock } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { draftFromAddress } from './proposal'
import { ProposeForm } from './propose-form'
import { useDeclarations } from './transfer-queries'
import { useBalances } from './use-balances'
import { useCreditClasses } from './use-credit-classes'

/** Offers credits to another organisation, or asks for some of theirs. */
export default function ProposePage() {
  const organization = useOrganization()
  const mayTrade = organization.may('credits.trade')
  const [parameters] = useSearchParams()
  // As the address was: what is typed must not go when the page asks again.
  const [initial] = useState(() => draftFromAddress(parameters))
  const creditClasses = useCreditClasses()
  const declarations = useDeclarations()
  const balances = useBalances(organization.slug, mayTrade)
  const failed = [creditClasses, declarations].find(({ isError, data }) => isError && data === undefined)
  return (
    <>
      <PageHeader title="Sell or buy credits" subtitle={organization.membership?.displayName} />
      {!mayTrade ? (
        <Panel>
          <EmptyState
            icon={IconLock}
            title="You may not trade credits"
            text="Treasurers and administrators of your organisation do. Ask one of them."
          />
        </Panel>
      ) : failed !== undefined ? (
        <Panel>
          <ErrorState error={failed.error} onRetry={() => failed.refetch()} />
        </Panel>
      ) : creditClasses.data === undefined || declarations.data === undefined ? (
        <Panel>
          <ListSkeleton rows={8} />
        </Panel>
      ) : (
        <ProposeForm
          key={organization.slug}
          initial={initial}
          creditClasses={creditClasses.data}
          declarations={declarations.data}
          balances={balances.data}
        />
      )}
    </>
  )
}
