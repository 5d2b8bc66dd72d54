import { Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import classes from './desk.module.css'
import { type DeskView, deskQuery, deskViews, viewFromAddress } from './desk-address'
import { OperatorOnly } from './operator-only'
import { ReviewsView } from './reviews-view'
import { useDeskRights } from './use-desk-rights'

const BookingsView = lazy(() => import('./bookings-view'))
const LedgerView = lazy(() => import('./ledger-view'))
const AccountsView = lazy(() => import('./accounts-view'))
const PricesView = lazy(() => import('./prices-view'))
const ReportView = lazy(() => import('./report-view'))

const tabs: Readonly<Record<DeskView, { label: string; subtitle: string }>> = {
  reviews: {
    label: 'Reviews',
    subtitle: 'Transfers between organisations: what waits for whom, and for how long.',
  },
  bookings: {
    label: 'Bookings',
    subtitle: 'What the operator gives, takes and corrects; each needs a second person.',
  },
  ledger: {
    label: 'Ledger',
    subtitle: 'Every transaction, the chain of seals over them, and whether all agrees.',
  },
  accounts: { label: 'Accounts', subtitle: 'What each organisation has.' },
  prices: {
    label: 'Prices and classes',
    subtitle: 'What jobs cost, the classes of credits, and what traders agree to.',
  },
  report: { label: 'Report', subtitle: 'Compliance of all organisations in a period.' },
}

/** Where the operator reviews transfers, books, and looks after the ledger. */
export default function DeskPage() {
  const rights = useDeskRights()
  const [parameters, setParameters] = useSearchParams()
  const view = viewFromAddress(parameters)
  if (rights.observe === undefined) return <ListSkeleton rows={8} />
  if (!rights.observe) return <OperatorOnly />
  return (
    <>
      <PageHeader title="Credits desk" subtitle={tabs[view].subtitle} />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          setParameters(deskQuery(deskViews.find((one) => one === chosen) ?? 'reviews'), {
            preventScrollReset: true,
          })
        }
      >
        <Tabs.List mb="md" aria-label="Credits desk" className={classes.tabs ?? ''}>
          {deskViews.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {tabs[one].label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={view}>
          <Suspense fallback={<ListSkeleton rows={8} />}>
            <View view={view} />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function View({ view }: { view: DeskView }) {
  switch (view) {
    case 'reviews':
      return <ReviewsView />
    case 'bookings':
      return <BookingsView />
    case 'ledger':
      return <LedgerView />
    case 'accounts':
      return <AccountsView />
    case 'prices':
      return <PricesView />
    case 'report':
      return <ReportView />
    default:
      return view satisfies never
  }
}
