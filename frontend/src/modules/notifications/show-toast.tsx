import type { Notification, Severity } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { Anchor, Text } from '@mantine/core'
import { notificationsStore, notifications as toasts } from '@mantine/notifications'
import type { MouseEvent } from 'react'
import { notificationLink } from './notification-link'
import classes from './show-toast.module.css'

export interface ToastActions {
  /** Goes to a page of this site; toasts stand outside the router. */
  readonly open: (to: string) => void
  readonly read: (notification: Notification) => void
}

const colors: Readonly<Partial<Record<Severity, string>>> = {
  SEVERITY_SUCCESS: 'teal',
  SEVERITY_WARNING: 'orange',
  SEVERITY_ERROR: 'red',
}

/** Milliseconds; what went wrong takes longer to read. */
const closeMs = 6_000
const problemCloseMs = 10_000

/** Tells of one notification, or of several at once; again with the same id, it takes the place of what it told. */
export function showToast(
  id: string,
  notifications: readonly [Notification, ...Notification[]],
  actions: ToastActions,
): void {
  const [only] = notifications
  const isProblem = notifications.some(({ severity }) => severity === 'SEVERITY_ERROR')
  const toast = {
    id,
    // The live region speaks; an alert would interrupt.
    role: 'group',
    'aria-label': 'Notification',
    autoClose: isProblem ? problemCloseMs : closeMs,
    closeButtonProps: { 'aria-label': 'Dismiss' },
    ...(notifications.length === 1 ? single(id, only, actions) : summary(id, notifications, actions)),
  }
  const { notifications: shown, queue } = notificationsStore.getState()
  if ([...shown, ...queue].some((other) => other.id === id)) toasts.update(toast)
  else toasts.show(toast)
}

function single(id: string, notification: Notification, { open, read }: ToastActions) {
  const { title, body, severity } = notification
  const link = notificationLink(notification.link)
  const [line = ''] = body.split('\n')
  const onFollow = () => {
    toasts.hide(id)
    read(notification)
  }
  return {
    color: colors[severity] ?? 'sea',
    title: <span className={classes.title}>{title}</span>,
    message: (
      <>
        {line !== '' && (
          <Text size="sm" truncate>
            {line}
          </Text>
        )}
        {link?.kind === 'page' && (
          <ToastLink to={link.to} label="Open" about={title} open={open} onFollow={onFollow} />
        )}
        {link?.kind === 'elsewhere' && (
          <Anchor href={link.href} target="_blank" rel="noopener noreferrer" size="sm" onClick={onFollow}>
            Open
          </Anchor>
        )}
      </>
    ),
  }
}

function summary(id: string, notifications: readonly Notification[], { open }: ToastActions) {
  const severities = new Set(notifications.map(({ severity }) => severity))
  const worst = (['SEVERITY_ERROR', 'SEVERITY_WARNING'] as const).find((one) => severities.has(one))
  return {
    color: (worst && colors[worst]) ?? 'sea',
    title: `${notifications.length} new notifications`,
    message: (
      <>
        {notifications.slice(-2).map(({ name, title }) => (
          <Text key={name} size="sm" truncate>
            {title}
          </Text>
        ))}
        <ToastLink
          to="/notifications"
          label="Show all"
          about="new notifications"
          open={open}
          onFollow={() => toasts.hide(id)}
        />
      </>
    ),
  }
}

interface ToastLinkProps {
  readonly to: string
  readonly label: string
  readonly about: string
  readonly open: (to: string) => void
  readonly onFollow: () => void
}

function ToastLink({ to, label, about, open, onFollow }: ToastLinkProps) {
  const onClick = (event: MouseEvent) => {
    onFollow()
    // Into another tab or window: the browser does that.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    open(to)
  }
  return (
    <Anchor href={to} size="sm" fw={560} aria-label={`${label}: ${about}`} onClick={onClick}>
      {label}
    </Anchor>
  )
}
