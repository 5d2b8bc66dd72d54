import type { Notification } from '@fairlead/proto/web/fairlead/notifications/v1/notifications'

interface Looking {
  /** Whether the page is behind another tab or window. */
  readonly hidden: boolean
  /** The path that is shown. */
  readonly path: string
}

/** Whether to interrupt: not in quiet hours, not behind another tab, and not who looks at the very page. */
export function shouldToast(
  { quiet, link, readTime }: Pick<Notification, 'quiet' | 'link' | 'readTime'>,
  { hidden, path }: Looking,
): boolean {
  const [linkedPath] = link.split(/[?#]/)
  return !quiet && !hidden && readTime === undefined && linkedPath !== path
}
