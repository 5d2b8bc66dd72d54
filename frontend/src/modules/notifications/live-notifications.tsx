import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { VisuallyHidden } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { type LiveSource, startLiveClient } from '../../app/live/live-client'
import { pageBrowser, socketUrl } from '../../app/live/page-browser'
import { useServices } from '../../app/services'
import type { InboxState } from './inbox-state'
import { createLiveInbox } from './live-inbox'
import { notificationKeys } from './notification-keys'
import { notificationsClient, readInbox } from './notification-queries'
import { shouldToast } from './should-toast'
import { showToast } from './show-toast'
import { createToastBatch } from './toast-batch'
import { useChangeNotifications } from './use-change-notifications'
import { useInboxState } from './use-inbox-state'

/** A call that takes longer is given up, milliseconds: the next one comes soon. */
const timeoutMs = 10_000

interface Announced {
  /** Told apart by it, so that the same words are spoken again. */
  readonly key: string
  readonly text: string
}

/** Keeps everything that the caller is notified of live while pages are open, and tells of what comes. */
export default function LiveNotifications() {
  const { api, session } = useServices()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const change = useChangeNotifications()
  const [announced, setAnnounced] = useState<Announced>()
  // Asked for anew when an answer was overtaken; nothing else here needs it.
  useInboxState()

  const open = useEffectEvent((to: string) => void navigate(to))
  const read = useEffectEvent((notification: Notification) =>
    change.mutate({ notifications: [notification], change: 'NOTIFICATION_CHANGE_READ' }),
  )

  useEffect(() => {
    const client = notificationsClient(api)
    const inbox = createLiveInbox(queryClient)
    const toast = createToastBatch<Notification>((notifications, batch) => {
      const [first] = notifications
      if (first === undefined) return
      showToast(`notifications-${batch}`, [first, ...notifications.slice(1)], { open, read })
      setAnnounced({
        key: `${batch} ${notifications.length}`,
        text:
          notifications.length === 1
            ? `New notification: ${first.title}`
            : `${notifications.length} new notifications`,
      })
    })
    const source: LiveSource = {
      inbox: () =>
        queryClient.fetchQuery<InboxState>({
          queryKey: notificationKeys.inbox,
          queryFn: ({ signal }) => readInbox(client, queryClient, signal),
        }),
      async replay(afterSequence) {
        const answer = await client({ timeoutMs }).ReplayNotifications({
          afterSequence: BigInt(afterSequence),
        })
        const { lastSequence = 0n, unreadCount = 0 } = answer.inbox ?? {}
        return {
          notifications: answer.notifications,
          inbox: { lastSequence: Number(lastSequence), unreadCount },
        }
      },
      token: session.accessToken,
      renewToken: session.renew,
      onSession: session.subscribe,
    }
    const live = startLiveClient({
      url: socketUrl(window.location),
      source,
      WebSocket,
      browser: pageBrowser,
      listener: {
        ...inbox,
        onNotification(notification) {
          inbox.onNotification(notification)
          const looking = { hidden: pageBrowser.isHidden(), path: window.location.pathname }
          if (shouldToast(notification, looking)) toast(notification)
        },
        onSignedOut: () => session.end(''),
      },
    })
    inbox.onState(live.state())
    return () => {
      live.close()
      inbox.close()
    }
  }, [api, session, queryClient])

  return (
    <VisuallyHidden role="status" aria-live="polite">
      {announced !== undefined && <span key={announced.key}>{announced.text}</span>}
    </VisuallyHidden>
  )
}
