import { Navigate } from 'react-router'
import { useCaller } from '../modules/identity/caller'
import { ErrorState } from '../ui/error-state'
import { PageLoader } from '../ui/page-loader'
import { homeOrganization, rememberedOrganization } from './organization'
import { useSessionState } from './services'

/** "/": the sign-in page, or the organisation visited last. */
export function StartPage() {
  const session = useSessionState()
  if (session.status !== 'signed-in') return <Navigate to="/sign-in" replace />
  return <ToOrganization />
}

function ToOrganization() {
  const caller = useCaller()
  if (caller.isError) return <ErrorState error={caller.error} onRetry={() => caller.refetch()} />
  if (caller.data === undefined) return <PageLoader />
  const slug = homeOrganization(caller.data.memberships, rememberedOrganization())
  return <Navigate to={slug === undefined ? '/account' : `/o/${slug}`} replace />
}
