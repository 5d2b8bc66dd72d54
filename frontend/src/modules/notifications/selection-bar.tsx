import type {
  Notification,
  NotificationChange,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Button, Checkbox } from '@mantine/core'
import { IconArchive, IconArchiveOff, IconChecks, IconMail, IconMailOpened } from '@tabler/icons-react'
import { isUnread } from './notification-change'
import classes from './notification-list.module.css'

interface SelectionBarProps {
  /** Of the list, those that can be chosen. */
  readonly shown: readonly Notification[]
  readonly selected: readonly Notification[]
  readonly archive: boolean
  readonly onSelectAll: (all: boolean) => void
  readonly onChange: (change: NotificationChange) => void
  /** Undefined where not everything that it would read is looked at. */
  readonly onReadAll: (() => void) | undefined
}

/** Chooses all of a page, and changes what is chosen. */
export function SelectionBar({
  shown,
  selected,
  archive,
  onSelectAll,
  onChange,
  onReadAll,
}: SelectionBarProps) {
  const anyUnread = selected.some(isUnread)
  return (
    <div className={classes.bar}>
      <Checkbox
        size="xs"
        checked={shown.length > 0 && selected.length === shown.length}
        indeterminate={selected.length > 0 && selected.length < shown.length}
        onChange={() => onSelectAll(selected.length < shown.length)}
        label={
          <span className={classes.chosen}>
            {selected.length === 0 ? 'Select all' : `${selected.length} selected`}
          </span>
        }
        aria-label="Select all on this page"
      />
      {selected.length === 0 ? (
        onReadAll !== undefined && (
          <Button
            size="compact-sm"
            variant="subtle"
            ml="auto"
            leftSection={<IconChecks size={16} aria-hidden />}
            onClick={onReadAll}
          >
            Mark all as read
          </Button>
        )
      ) : (
        <>
          {!archive && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={
                anyUnread ? <IconMailOpened size={15} aria-hidden /> : <IconMail size={15} aria-hidden />
              }
              onClick={() => onChange(anyUnread ? 'NOTIFICATION_CHANGE_READ' : 'NOTIFICATION_CHANGE_UNREAD')}
            >
              {anyUnread ? 'Mark as read' : 'Mark as unread'}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            leftSection={
              archive ? <IconArchiveOff size={15} aria-hidden /> : <IconArchive size={15} aria-hidden />
            }
            onClick={() =>
              onChange(archive ? 'NOTIFICATION_CHANGE_UNARCHIVE' : 'NOTIFICATION_CHANGE_ARCHIVE')
            }
          >
            {archive ? 'Move to the inbox' : 'Archive'}
          </Button>
        </>
      )}
    </div>
  )
}
