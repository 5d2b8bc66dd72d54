import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { ActionIcon, Button, Drawer, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconBell, IconChecks, IconSettings, IconX } from '@tabler/icons-react'
import { useId } from 'react'
import { Link } from 'react-router'
import type { LiveState } from '../../app/live/live-client'
import { useCached } from '../../app/use-cached'
import { EmptyState } from '../../ui/empty-state'
import { ErrorState } from '../../ui/error-state'
import { ListSkeleton } from '../../ui/list-skeleton'
import { RelativeTime } from '../../ui/relative-time'
import classes from './bell-panel.module.css'
import type { InboxState } from './inbox-state'
import { isUnread } from './notification-change'
import { type NotificationFilter, notificationKeys } from './notification-keys'
import { notificationLink } from './notification-link'
import { useNotifications } from './notification-queries'
import { SeverityIcon } from './severity-icon'
import { useChangeNotifications, useMarkAllRead } from './use-change-notifications'

const inInbox: NotificationFilter = { state: 'NOTIFICATION_STATE_INBOX', modules: [], organization: '' }
const count = 8

interface BellPanelProps {
  readonly onClose: () => void
  /** It fills a sheet of its own, which can be closed by a button. */
  readonly inSheet?: boolean
}

/** The latest notifications, as the bell shows them. */
export function BellPanel({ onClose, inSheet = false }: BellPanelProps) {
  const heading = useId()
  const latest = useNotifications(inInbox, count)
  const inbox = useCached<InboxState>(notificationKeys.inbox)
  const live = useCached<LiveState>(notificationKeys.live)
  const markAllRead = useMarkAllRead()
  const hasUnread = (inbox?.unreadCount ?? 0) > 0
  const page = latest.data

  return (
    <section className={classes.panel} aria-labelledby={heading} tabIndex={-1} data-autofocus>
      <header className={classes.header}>
        <Title order={2} id={heading} className={classes.heading ?? ''}>
          Notifications
        </Title>
        <Button
          variant="subtle"
          size="compact-sm"
          className={classes.readAll ?? ''}
          leftSection={<IconChecks size={15} aria-hidden />}
          disabled={!hasUnread}
          onClick={() => markAllRead.mutate(BigInt(inbox?.lastSequence ?? 0))}
        >
          Mark all as read
        </Button>
        <Tooltip label="Notification settings">
          <ActionIcon
            component={Link}
            to="/notifications/preferences"
            size={32}
            aria-label="Notification settings"
            onClick={onClose}
          >
            <IconSettings size={18} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {inSheet && (
          <ActionIcon size={32} aria-label="Close" onClick={onClose}>
            <IconX size={18} stroke={1.7} aria-hidden />
          </ActionIcon>
        )}
      </header>
      <div className={classes.content}>
        {page === undefined ? (
          latest.isError ? (
            <ErrorState error={latest.error} onRetry={() => latest.refetch()} />
          ) : (
            <ListSkeleton rows={5} height={30} />
          )
        ) : page.notifications.length === 0 ? (
          <EmptyState
            compact
            icon={IconBell}
            title="Nothing new"
            text="When a job of yours ends or someone shares one with you, it shows here."
          />
        ) : (
          <ul className={classes.rows}>
            {page.notifications.slice(0, count).map((notification) => (
              <Row key={notification.name} notification={notification} onClose={onClose} />
            ))}
          </ul>
        )}
      </div>
      <footer className={classes.footer}>
        <Link to="/notifications" className={classes.all} onClick={onClose}>
          All notifications
        </Link>
        <LiveNote state={live} />
      </footer>
    </section>
  )
}

/** Says why something may show late. */
function LiveNote({ state }: { state: LiveState | undefined }) {
  if (state !== 'polling') return null
  return (
    <Text size="xs" c="dimmed">
      Checked every 15 seconds
    </Text>
  )
}

function Row({ notification, onClose }: { notification: Notification; onClose: () => void }) {
  const change = useChangeNotifications()
  const { title, body, severity, createTime } = notification
  const unread = isUnread(notification)
  const link = notificationLink(notification.link)
  const [line = ''] = body.split('\n')

  const read = () => {
    if (unread) change.mutate({ notifications: [notification], change: 'NOTIFICATION_CHANGE_READ' })
  }
  const follow = () => {
    read()
    onClose()
  }
  const text = (
    <>
      {unread && <VisuallyHidden>Unread: </VisuallyHidden>}
      {title}
    </>
  )
  return (
    <li className={classes.row} data-unread={unread || undefined}>
      <span className={classes.icon}>
        <SeverityIcon severity={severity} size={19} />
      </span>
      <div className={classes.text}>
        <p className={classes.title}>
          {link?.kind === 'page' ? (
            <Link to={link.to} className={classes.link} onClick={follow}>
              {text}
            </Link>
          ) : link?.kind === 'elsewhere' ? (
            <a
              href={link.href}
              target="_blank"
              rel="noopener noreferrer"
              className={classes.link}
              onClick={follow}
            >
              {text}
            </a>
          ) : unread ? (
            <button type="button" className={classes.link} onClick={read}>
              {text}
            </button>
          ) : (
            text
          )}
        </p>
        {line !== '' && <p className={classes.body}>{line}</p>}
      </div>
      <span className={classes.time}>
        <RelativeTime time={createTime} />
      </span>
    </li>
  )
}

/** The same over the width of a small screen. */
export function BellSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer.Root
      opened={opened}
      onClose={onClose}
      position="bottom"
      size="auto"
      classNames={{ content: classes.sheet ?? '', inner: classes.sheetPlace ?? '' }}
    >
      <Drawer.Overlay />
      <Drawer.Content aria-label="Notifications">
        <Drawer.Body p={0} className={classes.sheetBody ?? ''}>
          <BellPanel onClose={onClose} inSheet />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
