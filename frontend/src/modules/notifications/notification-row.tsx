import type {
  Notification,
  NotificationChange,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { ActionIcon, Checkbox, Tooltip } from '@mantine/core'
import { type Icon, IconArchive, IconArchiveOff, IconMail, IconMailOpened } from '@tabler/icons-react'
import { isUnread } from './notification-change'
import { NotificationContent } from './notification-content'
import classes from './notification-list.module.css'
import { NotificationTime } from './notification-time'
import { SeverityIcon } from './severity-icon'

interface NotificationRowProps {
  readonly notification: Notification
  readonly organization: string
  readonly today: boolean
  readonly selected: boolean
  readonly onSelect: (selected: boolean) => void
  readonly onChange: (change: NotificationChange) => void
}

export function NotificationRow({
  notification,
  organization,
  today,
  selected,
  onSelect,
  onChange,
}: NotificationRowProps) {
  const { name, title } = notification
  const unread = isUnread(notification)
  const archived = notification.archiveTime !== undefined
  return (
    <li
      className={classes.row}
      data-notification={name}
      data-unread={unread || undefined}
      data-selected={selected || undefined}
    >
      <Checkbox
        size="xs"
        className={classes.check ?? ''}
        checked={selected}
        onChange={(event) => onSelect(event.currentTarget.checked)}
        aria-label={`Select “${title}”`}
      />
      <span className={classes.icon}>
        <SeverityIcon severity={notification.severity} />
      </span>
      <NotificationContent
        notification={notification}
        organization={organization}
        unread={unread}
        onOpen={() => unread && onChange('NOTIFICATION_CHANGE_READ')}
      />
      <span className={classes.time}>
        <NotificationTime time={notification.createTime} today={today} />
      </span>
      <span className={classes.actions}>
        {!archived && (
          <RowAction
            action="read"
            label={unread ? 'Mark as read' : 'Mark as unread'}
            title={title}
            icon={unread ? IconMailOpened : IconMail}
            onClick={() => onChange(unread ? 'NOTIFICATION_CHANGE_READ' : 'NOTIFICATION_CHANGE_UNREAD')}
          />
        )}
        <RowAction
          action="archive"
          label={archived ? 'Move to the inbox' : 'Archive'}
          title={title}
          icon={archived ? IconArchiveOff : IconArchive}
          onClick={() => onChange(archived ? 'NOTIFICATION_CHANGE_UNARCHIVE' : 'NOTIFICATION_CHANGE_ARCHIVE')}
        />
      </span>
    </li>
  )
}

interface RowActionProps {
  readonly action: 'read' | 'archive'
  readonly label: string
  /** Of the notification. */
  readonly title: string
  readonly icon: Icon
  readonly onClick: () => void
}

function RowAction({ action, label, title, icon: Glyph, onClick }: RowActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={30} data-action={action} aria-label={`${label}: ${title}`} onClick={onClick}>
        <Glyph size={17} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
