/** An address below /soda or /uws, with or without its organisation. */
export interface ServiceAddress {
  /** Undefined where the caller's home organisation is meant. */
  readonly organization: string | undefined
  /** "/soda" or "/soda/organizations/SLUG" */
  readonly base: string
  /** What follows. */
  readonly rest: readonly string[]
}

export function serviceAddress([root = '', ...path]: readonly string[]): ServiceAddress {
  const [first, slug, ...rest] = path
  if (first !== 'organizations' || slug === undefined) {
    return { organization: undefined, base: `/${root}`, rest: path }
  }
  return { organization: slug, base: `/${root}/organizations/${encodeURIComponent(slug)}`, rest }
}
