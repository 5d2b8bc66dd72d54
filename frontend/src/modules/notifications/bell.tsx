import { ActionIcon, Popover } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconBell } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useNavigate } from 'react-router'
import { useCached } from '../../app/use-cached'
import { useTitleCount } from '../../app/use-title'
import { LazyDialog } from '../../ui/lazy-dialog'
import classes from './bell.module.css'
import type { InboxState } from './inbox-state'
import { loadLiveNotifications } from './load-live-notifications'
import { notificationKeys } from './notification-keys'
import { unreadLabel } from './unread-label'

const LiveNotifications = lazy(loadLiveNotifications)
const loadPanel = () => import('./bell-panel')

/** How many notifications are unread, and the latest of them. What it opens is loaded after the page. */
export function Bell() {
  const navigate = useNavigate()
  const isNarrow = useMediaQuery('(max-width: 48em)')
  const [opened, setOpened] = useState(false)
  const [panel, setPanel] = useState<Awaited<ReturnType<typeof loadPanel>>>()
  // Kept up to date by LiveNotifications.
  const inbox = useCached<InboxState>(notificationKeys.inbox)
  const unread = unreadLabel(inbox?.unreadCount ?? 0)
  useTitleCount(unread)

  const close = () => setOpened(false)
  const toggle = () => {
    if (opened) return close()
    loadPanel().then(
      (loaded) => {
        setPanel(loaded)
        setOpened(true)
      },
      // As after an update of the pages, or without a network: the page of notifications says so.
      () => void navigate('/notifications'),
    )
  }

  return (
    <>
      <Popover
        opened={opened && isNarrow === false}
        onChange={setOpened}
        position="bottom-end"
        width={400}
        shadow="md"
        radius="lg"
        trapFocus
        returnFocus
        withinPortal
      >
        <Popover.Target>
          <ActionIcon
            size="lg"
            className={classes.bell ?? ''}
            onClick={toggle}
            onPointerEnter={() => void loadPanel().catch(() => undefined)}
            aria-label={unread === '' ? 'Notifications' : `Notifications, ${unread} unread`}
            aria-haspopup="dialog"
            aria-expanded={opened}
          >
            <IconBell size={19} stroke={1.7} aria-hidden />
            {unread !== '' && (
              <span className={classes.badge} aria-hidden data-testid="unread-count">
                {unread}
              </span>
            )}
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={0} className={classes.dropdown ?? ''} aria-label="Notifications">
          {panel !== undefined && <panel.BellPanel onClose={close} />}
        </Popover.Dropdown>
      </Popover>
      <LazyDialog opened={opened && isNarrow === true}>
        {(shown) => panel !== undefined && <panel.BellSheet opened={shown} onClose={close} />}
      </LazyDialog>
      <Suspense fallback={null}>
        <LiveNotifications />
      </Suspense>
    </>
  )
}
