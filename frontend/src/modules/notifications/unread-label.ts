/** For badge and title: "3", "99+", and nothing for none. */
export function unreadLabel(unreadCount: number): string {
  if (unreadCount <= 0) return ''
  return unreadCount > 99 ? '99+' : String(unreadCount)
}
