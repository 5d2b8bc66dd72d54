import { Button } from '@mantine/core'
import { IconArchive, IconBell, IconChecks, IconFilterOff, IconSettings } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { toApiError } from '../../app/api-error'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { useCaller } from '../identity/caller'
import { filterFromAddress, filterToAddress, type Shown, toListFilter } from './inbox-address'
import { InboxFilters } from './inbox-filters'
import { NotificationList } from './notification-list'
import { useNotifications } from './notification-queries'

const pageSize = 25

const empty: Readonly<Record<Shown, { icon: typeof IconBell; title: string; text: string }>> = {
  inbox: {
    icon: IconBell,
    title: 'Nothing has come in',
    text: 'When a job of yours ends, someone shares a job with you or the operator announces something, it shows here.',
  },
  unread: {
    icon: IconChecks,
    title: 'You have read everything',
    text: 'What comes in shows here until you open it or mark it as read.',
  },
  archived: {
    icon: IconArchive,
    title: 'The archive is empty',
    text: 'What you archive leaves the inbox and is kept here.',
  },
}

/** What the caller was notified of, latest first. */
export default function InboxPage() {
  const { data: caller } = useCaller()
  const [parameters, setParameters] = useSearchParams()
  const filter = filterFromAddress(parameters)
  const token = parameters.get('page') ?? ''
  const listFilter = toListFilter(filter)
  const list = useNotifications(listFilter, pageSize, token)
  const narrowed = filter.module !== '' || filter.organization !== ''
  const address = filterToAddress(filter)
  const organizationName = (name: string) =>
    caller?.memberships.find((membership) => membership.name === name)?.displayName ??
    name.replace('organizations/', '')

  const nothing = narrowed ? (
    <EmptyState
      icon={IconFilterOff}
      title="No notification matches these filters"
      text="Try fewer of them."
      action={
        <Button
          variant="default"
          onClick={() => setParameters(filterToAddress({ ...filter, module: '', organization: '' }))}
        >
          Clear filters
        </Button>
      }
    />
  ) : (
    <EmptyState {...empty[filter.shown]} />
  )

  return (
    <>
      <PageHeader
        title="Notifications"
        subtitle="What happened to your jobs and in your organisations, latest first."
        actions={
          <Button
            component={Link}
            to="/notifications/preferences"
            variant="default"
            leftSection={<IconSettings size={16} aria-hidden />}
          >
            Settings
          </Button>
        }
      />
      <InboxFilters filter={filter} onChange={(changed) => setParameters(filterToAddress(changed))} />
      <Panel flush>
        {list.data === undefined ? (
          list.isError ? (
            <ErrorState
              error={list.error}
              {...(token !== '' && toApiError(list.error).code === 'INVALID_ARGUMENT'
                ? {
                    title: 'There is no such page of notifications',
                    text: 'Begin again with the first page.',
                    action: (
                      <Button variant="default" onClick={() => setParameters(address)}>
                        To the first page
                      </Button>
                    ),
                  }
                : { onRetry: () => list.refetch() })}
            />
          ) : (
            <ListSkeleton rows={8} height={24} />
          )
        ) : (
          <NotificationList
            // What is chosen and held back belongs to one list.
            key={list.isPlaceholderData ? 'before' : `${address} ${token}`}
            notifications={list.data.notifications}
            state={listFilter.state}
            lastSequence={
              narrowed || filter.shown === 'archived' ? undefined : (list.data.inbox?.lastSequence ?? 0n)
            }
            live={token === '' && filter.shown !== 'archived'}
            outdated={list.isPlaceholderData}
            organizationName={organizationName}
            empty={nothing}
          />
        )}
      </Panel>
      <Pager
        label="Pages of notifications"
        token={token}
        nextToken={list.data?.nextPageToken ?? ''}
        query={(page) => {
          const next = new URLSearchParams(address)
          if (page !== '') next.set('page', page)
          return next
        }}
      />
    </>
  )
}
