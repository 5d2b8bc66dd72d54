/** An address of this site to go on to after signing in; anything else leads to the start page. */
export function safeReturnAddress(address: string | null | undefined): string {
  // "//host" and "/\host" are addresses of other sites to a browser.
  if (address === null || address === undefined || !/^\/(?![/\\])/.test(address)) return '/'
  if (address.startsWith('/signed-in') || address.startsWith('/sign-in')) return '/'
  return address
}
