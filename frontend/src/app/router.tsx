import { createBrowserRouter, Navigate, Outlet, type RouteObject, ScrollRestoration } from 'react-router'
import { PageFailure } from './page-failure'
import { RequireSession } from './require-session'
import { RouteFocus } from './route-focus'
import { StartPage } from './start-page'

/** Each page is a chunk of its own, loaded when it is first visited. */
function page(load: () => Promise<{ default: React.ComponentType }>): Pick<RouteObject, 'lazy'> {
  return { lazy: async () => ({ Component: (await load()).default }) }
}

function Root() {
  return (
    <>
      <ScrollRestoration />
      <RouteFocus />
      <Outlet />
    </>
  )
}

const locationPages: RouteObject[] = [
  { index: true, ...page(() => import('../modules/locations/map/map-page')) },
  { path: 'imports', ...page(() => import('../modules/locations/imports-page')) },
  { path: 'persons', ...page(() => import('../modules/locations/persons-page')) },
  { path: 'persons/:person', ...page(() => import('../modules/locations/person-page')) },
  { path: 'policy', ...page(() => import('../modules/locations/policy-page')) },
  { path: 'looks', ...page(() => import('../modules/locations/looks-page')) },
]

const organizationPages: RouteObject[] = [
  { index: true, ...page(() => import('../modules/jobs/overview-page')) },
  { path: 'datasets', ...page(() => import('../modules/datasets/datasets-page')) },
  { path: 'datasets/:dataset', ...page(() => import('../modules/datasets/dataset-page')) },
  { path: 'submit', ...page(() => import('../modules/jobs/submit-page')) },
  { path: 'jobs', ...page(() => import('../modules/jobs/jobs-page')) },
  { path: 'jobs/:job', ...page(() => import('../modules/jobs/job-page')) },
  { path: 'organization', ...page(() => import('../modules/identity/organization-page')) },
  { path: 'credits', ...page(() => import('../modules/credits/credits-page')) },
  { path: 'credits/statement', ...page(() => import('../modules/credits/statement-page')) },
  { path: 'credits/report', ...page(() => import('../modules/credits/report-page')) },
  { path: 'transfers', ...page(() => import('../modules/credits/transfers-page')) },
  { path: 'transfers/new', ...page(() => import('../modules/credits/propose-page')) },
  { path: 'transfers/:transfer', ...page(() => import('../modules/credits/transfer-page')) },
  {
    path: 'locations',
    ...page(() => import('../modules/locations/locations-layout')),
    children: locationPages,
  },
  { path: 'files', ...page(() => import('../modules/files/files-page')) },
  { path: 'files/:file', ...page(() => import('../modules/files/file-page')) },
  { path: 'workflows', ...page(() => import('../modules/workflows/list/workflows-page')) },
  { path: 'workflows/new', ...page(() => import('../modules/workflows/builder/new-workflow-page')) },
  { path: 'workflows/:workflow', ...page(() => import('../modules/workflows/list/workflow-page')) },
  {
    path: 'workflows/:workflow/edit',
    ...page(() => import('../modules/workflows/builder/edit-workflow-page')),
  },
  { path: 'algorithms', ...page(() => import('../modules/workflows/algorithms/algorithms-page')) },
  { path: 'algorithms/new', ...page(() => import('../modules/workflows/algorithms/register-page')) },
  { path: 'algorithms/:algorithm', ...page(() => import('../modules/workflows/algorithms/algorithm-page')) },
  { path: 'environments', ...page(() => import('../modules/workflows/environments/environments-page')) },
]

/** Of the operator's people. */
const creditsDeskPages: RouteObject[] = [
  { index: true, ...page(() => import('../modules/credits/operator/desk-page')) },
  { path: 'reviews/:review', ...page(() => import('../modules/credits/operator/review-page')) },
  { path: 'bookings/new', ...page(() => import('../modules/credits/operator/new-booking-page')) },
  { path: 'bookings/:booking', ...page(() => import('../modules/credits/operator/booking-page')) },
  {
    path: 'transactions/:transaction',
    ...page(() => import('../modules/credits/operator/transaction-page')),
  },
]

export function createRouter() {
  return createBrowserRouter([
    {
      element: <Root />,
      errorElement: <PageFailure />,
      hydrateFallbackElement: <></>,
      children: [
        { path: '/', element: <StartPage /> },
        { path: '/sign-in', ...page(() => import('../modules/identity/sign-in-page')) },
        { path: '/signed-in', ...page(() => import('../modules/identity/signed-in-page')) },
        // Who follows the link in a mail need not sign in.
        { path: '/unsubscribe', ...page(() => import('../modules/notifications/unsubscribe-page')) },
        {
          element: <RequireSession />,
          children: [
            {
              ...page(() => import('./shell')),
              children: [
                {
                  errorElement: <PageFailure />,
                  children: [
                    { path: '/o/:organization', children: organizationPages },
                    { path: '/shared', ...page(() => import('../modules/jobs/shared-page')) },
                    { path: '/shared/files', ...page(() => import('../modules/files/shared-files-page')) },
                    {
                      path: '/operator/quarantine',
                      ...page(() => import('../modules/files/quarantine/quarantine-page')),
                    },
                    {
                      path: '/operator/workflows',
                      ...page(() => import('../modules/workflows/review/workflows-desk-page')),
                    },
                    { path: '/credits', children: creditsDeskPages },
                    { path: '/operations', ...page(() => import('../modules/operations/operations-page')) },
                    { path: '/notifications', ...page(() => import('../modules/notifications/inbox-page')) },
                    {
                      path: '/notifications/preferences',
                      ...page(() => import('../modules/notifications/preferences-page')),
                    },
                    {
                      path: '/announcements',
                      ...page(() => import('../modules/notifications/announcements-page')),
                    },
                    { path: '/api/docs', ...page(() => import('./api-docs/api-docs-page')) },
                    { path: '/account', ...page(() => import('../modules/identity/account-page')) },
                    {
                      path: '/account/locations',
                      ...page(() => import('../modules/locations/own-locations-page')),
                    },
                    { path: '/o', element: <Navigate to="/" replace /> },
                    { path: '*', ...page(() => import('./not-found-page')) },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ])
}
