import { isRouteErrorResponse, useRouteError } from 'react-router'
import { ErrorState } from '../ui/error-state'

/** What is left of a page that threw, or whose chunk could not be loaded. */
export function PageFailure() {
  const error = useRouteError()
  const message = isRouteErrorResponse(error) ? new Error(`${error.status} ${error.statusText}`) : error
  return (
    <main>
      <ErrorState title="This page failed" error={message} onRetry={() => window.location.reload()} />
    </main>
  )
}
