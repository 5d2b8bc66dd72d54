import { Button, Text } from '@mantine/core'
import { IconBellOff, IconInbox } from '@tabler/icons-react'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { PageHeader } from '../../ui/page-header'
import { Panel } from '../../ui/panel'
import { EventPreferences } from './event-preferences'
import classes from './event-preferences.module.css'
import { MailAddressPanel } from './mail-address-panel'
import { preferenceGroups } from './preference-change'
import { useChangePreferences, useIsSavingPreferences, usePreferences } from './preference-queries'
import { TimingPanel } from './timing-panel'
import { useEventTypes } from './use-event-types'

/** What the caller is told of, where and when. Each change is saved by itself, at once. */
export default function PreferencesPage() {
  const preferences = usePreferences()
  const types = useEventTypes()
  const change = useChangePreferences()
  const saving = useIsSavingPreferences()

  useEffect(() => {
    if (!saving) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [saving])

  const failed = preferences.isError ? preferences : types
  const mailAddress = preferences.data?.mailAddress
  // Where no mail arrives, it is said before anything is chosen.
  const mailFirst = mailAddress !== undefined && mailAddress.state !== 'MAIL_ADDRESS_STATE_USED'
  return (
    <>
      <PageHeader
        title="Notification settings"
        subtitle="What you are told of, where and when. Each change is saved at once."
        actions={
          <>
            <Text size="sm" c="dimmed" role="status" className={classes.status}>
              {saving ? 'Saving…' : change.isSuccess ? 'Saved' : ''}
            </Text>
            <Button
              component={Link}
              to="/notifications"
              variant="default"
              leftSection={<IconInbox size={16} aria-hidden />}
            >
              Inbox
            </Button>
          </>
        }
      />
      {preferences.data === undefined || types.data === undefined ? (
        <Panel flush>
          {preferences.isError || types.isError ? (
            <ErrorState
              error={failed.error}
              onRetry={() => {
                void preferences.refetch()
                void types.refetch()
              }}
            />
          ) : (
            <ListSkeleton rows={10} height={30} />
          )}
        </Panel>
      ) : (
        <div className={classes.columns}>
          {mailFirst && (
            <div className={classes.first}>
              <MailAddressPanel mailAddress={mailAddress} />
            </div>
          )}
          {preferences.data.events.length === 0 ? (
            <Panel>
              <EmptyState
                icon={IconBellOff}
                title="There is nothing to choose"
                text="This installation notifies you of nothing yet."
              />
            </Panel>
          ) : (
            <EventPreferences
              groups={preferenceGroups(types.data, preferences.data.events)}
              onChange={(events) => change.mutate({ events })}
            />
          )}
          <div className={classes.beside}>
            {mailAddress !== undefined && !mailFirst && <MailAddressPanel mailAddress={mailAddress} />}
            <TimingPanel preferences={preferences.data} onChange={(changed) => change.mutate(changed)} />
          </div>
        </div>
      )}
    </>
  )
}
