import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'
import { type FocusEvent, useEffect, useState } from 'react'
import { splitArrivals } from './split-arrivals'

/** Further down than this, pixels, the reader has scrolled away from the top of the list. */
const scrolledPx = 120

/**
 * Holds back what comes in while the reader is busy with the list, by pointer, focus, choice or scroll: no row
 * moves away from below the hand. It shows when the reader asks, or turns elsewhere.
 * @param busyOtherwise such as while rows are chosen
 */
export function useArrivals(notifications: readonly Notification[], busyOtherwise: boolean) {
  const [shownUpTo, setShownUpTo] = useState(() => notifications[0]?.sequence ?? 0n)
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  const [scrolled, setScrolled] = useState(false)

  useEffect(() => {
    const onScroll = () => setScrolled(window.scrollY > scrolledPx)
    onScroll()
    window.addEventListener('scroll', onScroll, { passive: true })
    return () => window.removeEventListener('scroll', onScroll)
  }, [])

  const busy = pointed || focused || scrolled || busyOtherwise
  const latest = notifications[0]?.sequence ?? 0n
  if (!busy && latest > shownUpTo) setShownUpTo(latest)

  return {
    ...splitArrivals(notifications, shownUpTo),
    /** Sequence of the latest that the reader was shown. */
    shownUpTo,
    scrolled,
    showArrivals: () => setShownUpTo(latest),
    /** For the element that holds the rows. */
    watch: {
      onMouseEnter: () => setPointed(true),
      onMouseLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: (event: FocusEvent) => setFocused(event.currentTarget.contains(event.relatedTarget)),
    },
  }
}
