import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Anchor, VisuallyHidden } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { Link } from 'react-router'
import { moduleLabel, moduleOf } from './event-module'
import { NotificationBody } from './notification-body'
import { notificationLink } from './notification-link'
import classes from './notification-list.module.css'

interface NotificationContentProps {
  readonly notification: Pick<Notification, 'title' | 'body' | 'link' | 'eventType'>
  /** For people; empty when it is about none. */
  readonly organization: string
  readonly unread: boolean
  /** Called when the reader follows the link. */
  readonly onOpen?: () => void
  /** Leads nowhere, as in a preview. */
  readonly inert?: boolean
}

/** What a notification says, and where it leads. */
export function NotificationContent({
  notification,
  organization,
  unread,
  onOpen,
  inert = false,
}: NotificationContentProps) {
  const { title, body, eventType } = notification
  const link = notificationLink(notification.link)
  return (
    <div className={classes.content}>
      <p className={classes.title}>
        {unread && <VisuallyHidden>Unread: </VisuallyHidden>}
        {link === undefined || inert ? (
          <>
            {title}
            {link?.kind === 'elsewhere' && <ElsewhereIcon />}
          </>
        ) : link.kind === 'page' ? (
          <Link to={link.to} className={classes.link} onClick={onOpen}>
            {title}
          </Link>
        ) : (
          <Anchor
            href={link.href}
            target="_blank"
            rel="noopener noreferrer"
            className={classes.link ?? ''}
            underline="never"
            inherit
            onClick={onOpen}
          >
            {title}
            <ElsewhereIcon />
          </Anchor>
        )}
      </p>
      {body !== '' && <NotificationBody text={body} title={title} />}
      <p className={classes.about}>
        {moduleLabel(moduleOf(eventType))}
        {organization !== '' && ` · ${organization}`}
      </p>
    </div>
  )
}

function ElsewhereIcon() {
  return (
    <IconExternalLink
      size={14}
      role="img"
      aria-label="(opens another site)"
      className={classes.external ?? ''}
    />
  )
}
