/**
 * Whether a request that matches no file asks for a page, so that the app answers it.
 * An address cannot tell: a dataset's identifier may hold dots. What the client accepts can: a browser
 * asks for text/html when it navigates, and never when it loads a script, an image or a font.
 */
export function isPageNavigation(method: string, url: string, accept: string | undefined): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const path = url.split('?', 1)[0] ?? url
  if (path === '/') return true
  if (path.startsWith('/assets/')) return false
  return accept?.includes('text/html') ?? false
}
