import type {
  Notification,
  NotificationChange,
  NotificationState,
} from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Button } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useNow } from '../../ui/use-now'
import { groupByDay } from './group-by-day'
import { belongs, changedNotification, isUnread } from './notification-change'
import classes from './notification-list.module.css'
import { NotificationRow } from './notification-row'
import { notifyArchived } from './notify-archived'
import { rowAfter } from './row-after'
import { SelectionBar } from './selection-bar'
import { useArrivals } from './use-arrivals'
import { useChangeNotifications, useMarkAllRead } from './use-change-notifications'

interface NotificationListProps {
  /** Latest first. */
  readonly notifications: readonly Notification[]
  readonly state: NotificationState
  /** What can be marked as read at once; undefined where filters hide some of it. */
  readonly lastSequence: bigint | undefined
  /** Whether new ones come on top of it. */
  readonly live: boolean
  /** Of another filter or page, until the one that is asked for is here. */
  readonly outdated: boolean
  readonly organizationName: (organization: string) => string
  /** Shown when nothing is left. */
  readonly empty: ReactNode
}

interface Focus {
  /** Which leave the list. */
  readonly left: ReadonlySet<string>
  /** Where the focus goes then; undefined when none stays. */
  readonly row: string | undefined
  readonly element: 'read' | 'archive' | 'select'
}

export function NotificationList({
  notifications,
  state,
  lastSequence,
  live,
  outdated,
  organizationName,
  empty,
}: NotificationListProps) {
  const now = useNow(60_000)
  const list = useRef<HTMLDivElement>(null)
  const focus = useRef<Focus>(undefined)
  const [selectedNames, setSelectedNames] = useState<ReadonlySet<string>>(new Set())
  const change = useChangeNotifications()
  const markAllRead = useMarkAllRead()
  const { shown, arrivals, shownUpTo, scrolled, showArrivals, watch } = useArrivals(
    notifications,
    live && selectedNames.size > 0,
  )
  const rows = live ? shown : notifications
  const selected = rows.filter(({ name }) => selectedNames.has(name))
  const archive = state === 'NOTIFICATION_STATE_ARCHIVED'

  useEffect(() => {
    const wanted = focus.current
    if (wanted === undefined || rows.some(({ name }) => wanted.left.has(name))) return
    focus.current = undefined
    // Whoever went elsewhere meanwhile stays there.
    if (document.activeElement !== document.body && !list.current?.contains(document.activeElement)) return
    focusRow(list.current, wanted)
  }, [rows])

  const apply = (
    chosen: readonly Notification[],
    kind: NotificationChange,
    element: 'read' | 'archive' | 'select',
  ) => {
    const time = new Date()
    const left = new Set(
      chosen.filter((one) => !belongs(changedNotification(one, kind, time), state)).map(({ name }) => name),
    )
    if (left.size > 0) {
      focus.current = {
        left,
        row: rowAfter(
          rows.map(({ name }) => name),
          left,
        ),
        element,
      }
      setSelectedNames(new Set([...selectedNames].filter((name) => !left.has(name))))
    }
    change
      .mutateAsync({ notifications: chosen, change: kind })
      .then(() => {
        if (kind === 'NOTIFICATION_CHANGE_ARCHIVE') notifyArchived(chosen.length, () => takeBack(chosen))
      })
      .catch(saidAlready)
  }

  const takeBack = (archived: readonly Notification[]) => {
    const unread = archived.filter(isUnread)
    change
      .mutateAsync({ notifications: archived, change: 'NOTIFICATION_CHANGE_UNARCHIVE' })
      // Archiving marked them as read.
      .then(() =>
        unread.length === 0
          ? undefined
          : change.mutateAsync({ notifications: unread, change: 'NOTIFICATION_CHANGE_UNREAD' }),
      )
      .catch(saidAlready)
  }

  if (rows.length === 0 && arrivals === 0) return empty
  return (
    <div
      ref={list}
      className={classes.list}
      tabIndex={-1}
      aria-busy={outdated || undefined}
      inert={outdated}
      {...watch}
    >
      <SelectionBar
        shown={rows}
        selected={selected}
        archive={archive}
        onSelectAll={(all) => setSelectedNames(new Set(all ? rows.map(({ name }) => name) : []))}
        onChange={(kind) => apply(selected, kind, 'select')}
        onReadAll={
          lastSequence === undefined || !rows.some(isUnread)
            ? undefined
            : () => {
                const left = new Set(
                  state === 'NOTIFICATION_STATE_UNREAD' ? rows.map(({ name }) => name) : [],
                )
                focus.current = { left, row: left.size > 0 ? undefined : rows[0]?.name, element: 'select' }
                markAllRead.mutate(live && arrivals > 0 ? shownUpTo : lastSequence)
              }
        }
      />
      <div className={classes.arrivals} data-scrolled={scrolled || undefined} role="status">
        {live && arrivals > 0 && (
          <Button
            size="compact-sm"
            radius="xl"
            leftSection={<IconArrowUp size={14} aria-hidden />}
            onClick={() => {
              focus.current = { left: new Set(), row: notifications[0]?.name, element: 'select' }
              showArrivals()
              window.scrollTo({ top: 0 })
            }}
          >
            {arrivals === 1 ? '1 new notification' : `${arrivals} new notifications`}
          </Button>
        )}
      </div>
      {groupByDay(rows, now).map((day) => (
        <section key={day.key} aria-label={day.title}>
          <h2 className={classes.day}>{day.title}</h2>
          <ul className={classes.rows}>
            {day.notifications.map((notification) => (
              <NotificationRow
                key={notification.name}
                notification={notification}
                organization={organizationName(notification.organization)}
                today={day.title === 'Today'}
                selected={selectedNames.has(notification.name)}
                onSelect={(chosen) => {
                  const names = new Set(selectedNames)
                  if (chosen) names.add(notification.name)
                  else names.delete(notification.name)
                  setSelectedNames(names)
                }}
                onChange={(kind) =>
                  apply(
                    [notification],
                    kind,
                    kind === 'NOTIFICATION_CHANGE_ARCHIVE' || kind === 'NOTIFICATION_CHANGE_UNARCHIVE'
                      ? 'archive'
                      : 'read',
                  )
                }
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function saidAlready(): void {
  // A change that failed tells the reader itself.
}

function focusRow(list: HTMLElement | null, { row, element }: Focus): void {
  const next = list?.querySelector(`[data-notification="${CSS.escape(row ?? '')}"]`)
  const target = next?.querySelector<HTMLElement>(
    element === 'select' ? 'input' : `[data-action="${element}"]`,
  )
  if (target !== null && target !== undefined) {
    target.focus()
    return
  }
  // Nothing is left to go on with: to the page's beginning.
  const heading = document.querySelector<HTMLElement>('main h1')
  if (heading === null) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
