import { Navigate, Outlet, useLocation } from 'react-router'
import { useSessionState } from './services'

/** Leads who is not signed in to the sign-in page, and from there back to the address asked for. */
export function RequireSession() {
  const session = useSessionState()
  const location = useLocation()
  if (session.status === 'signed-in') return <Outlet />
  if (session.status === 'loading') return null
  const returnTo = `${location.pathname}${location.search}${location.hash}`
  return <Navigate to={`/sign-in?returnTo=${encodeURIComponent(returnTo)}`} replace />
}
