export interface PagePolicy {
  hotReload: boolean
  tls: boolean
  /** Origins that pages fetch from besides their own: an issuer or an object store elsewhere. */
  otherOrigins: readonly string[]
}

/** What a page of ours may load. The policy of last resort against injected script. */
export function contentSecurityPolicy({ hotReload, tls, otherOrigins }: PagePolicy): string {
  const directives: Record<string, string[]> = {
    'default-src': ["'self'"],
    // Vite's React refresh begins with an inline script; the built pages have none.
    'script-src': hotReload ? ["'self'", "'unsafe-inline'"] : ["'self'"],
    // The component library sets style attributes and one style element.
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:', ...otherOrigins],
    'font-src': ["'self'", 'data:'],
    // 'self' covers the WebSocket of the same origin (CSP level 3).
    'connect-src': ["'self'", ...otherOrigins],
    'worker-src': ["'self'", 'blob:'],
    'frame-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
  }
  const rules = Object.entries(directives).map(([name, sources]) => `${name} ${sources.join(' ')}`)
  return [...rules, ...(tls ? ['upgrade-insecure-requests'] : [])].join('; ')
}
