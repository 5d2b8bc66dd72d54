import { useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

/**
 * Moves the focus to the new page's heading when the address changes, as a page load would, so that
 * keyboard and screen reader go on from there. Query and hash are states of the same page.
 */
export function RouteFocus() {
  const { pathname } = useLocation()
  const before = useRef(pathname)

  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    // The page's chunk or data may still be on the way.
    const focusHeading = () => {
      const heading = document.querySelector<HTMLElement>('main h1')
      if (heading === null) return false
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
      return true
    }
    if (focusHeading()) return
    const observer = new MutationObserver(() => {
      if (focusHeading()) observer.disconnect()
    })
    observer.observe(document.body, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [pathname])

  return null
}
