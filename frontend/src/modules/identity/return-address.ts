/** An address of this site to go on to after signing in; anything else leads to the start page. */
export function safeReturnAddress(address: string | null | undefined): string {
  if (address === null || address === undefined || !address.startsWith('/')) return '/'
  // As a browser reads it: it drops tabs and newlines, takes "\" for "/" and resolves dot segments, and
  // whatever then begins with "//" is another site.
  const here = 'http://here.invalid'
  if (!URL.canParse(address, here)) return '/'
  const { origin, pathname, search, hash } = new URL(address, here)
  if (origin !== here || pathname.startsWith('//')) return '/'
  if (pathname.startsWith('/signed-in') || pathname.startsWith('/sign-in')) return '/'
  return `${pathname}${search}${hash}`
}
