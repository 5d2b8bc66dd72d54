export type NotificationLink =
  | { readonly kind: 'page'; readonly to: string }
  | { readonly kind: 'elsewhere'; readonly href: string }

/** Where a notification leads: a page of this site or an https address, and nowhere for anything else. */
export function notificationLink(link: string): NotificationLink | undefined {
  // "//host" and "/\host" are other sites.
  if (/^\/(?![/\\])/.test(link)) return { kind: 'page', to: link }
  if (!link.startsWith('https://') || !URL.canParse(link)) return undefined
  return { kind: 'elsewhere', href: link }
}
