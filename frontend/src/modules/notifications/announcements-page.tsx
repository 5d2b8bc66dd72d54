import { Stack } from '@mantine/core'
import { IconLock, IconSpeakerphone } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useBlocker, useSearchParams } from 'react-router'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Pager } from '../../ui/pager'
import { Panel } from '../../ui/panel'
import { useCaller } from '../identity/caller'
import { emptyDraft, isWritten } from './announcement-draft'
import { AnnouncementForm } from './announcement-form'
import { useAnnouncements } from './announcement-queries'
import { AnnouncementsTable } from './announcements-table'

/** Where the operator tells everyone, or the members of some organisations. */
export default function AnnouncementsPage() {
  const { data: caller } = useCaller()
  if (!caller?.platformPermissions.includes('notifications.announce')) {
    return (
      <>
        <PageHeader title="Announcements" />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="This page is for the operator"
            text="What the operator announces comes to your inbox."
          />
        </Panel>
      </>
    )
  }
  return <Announcements />
}

function Announcements() {
  const [parameters] = useSearchParams()
  const token = parameters.get('page') ?? ''
  const announcements = useAnnouncements(token)
  const [draft, setDraft] = useState(emptyDraft)
  const written = isWritten(draft)
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => written && currentLocation.pathname !== nextLocation.pathname,
  )

  useEffect(() => {
    if (!written) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [written])

  return (
    <>
      <PageHeader
        title="Announcements"
        subtitle="Tell everyone, or the members of some organisations, what they should know."
      />
      <Stack gap="md">
        <AnnouncementForm draft={draft} onChange={setDraft} />
        <div>
          <Panel title="Announced and scheduled" flush>
            {announcements.data === undefined ? (
              announcements.isError ? (
                <ErrorState error={announcements.error} onRetry={() => announcements.refetch()} />
              ) : (
                <ListSkeleton rows={4} height={30} />
              )
            ) : announcements.data.announcements.length === 0 ? (
              <EmptyState
                compact
                icon={IconSpeakerphone}
                title="Nothing was announced yet"
                text="What you announce or schedule shows here, with how many got it and have read it."
              />
            ) : (
              <AnnouncementsTable announcements={announcements.data.announcements} />
            )}
          </Panel>
          <Pager
            label="Pages of announcements"
            token={token}
            nextToken={announcements.data?.nextPageToken ?? ''}
            query={(page) => new URLSearchParams(page === '' ? {} : { page })}
          />
        </div>
      </Stack>
      <ConfirmDialog
        opened={blocker.state === 'blocked'}
        title="Discard what you wrote?"
        text="The announcement has not been sent."
        confirm="Discard"
        onConfirm={() => blocker.proceed?.()}
        onClose={() => blocker.reset?.()}
      />
    </>
  )
}
