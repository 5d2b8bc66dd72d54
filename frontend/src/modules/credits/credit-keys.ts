/** Query keys of what is known of credits, by organisation (its slug). */
export const creditKeys = {
  all: ['credits'] as const,
  classes: ['credits', 'classes'] as const,
  declarations: ['credits', 'declarations'] as const,
  /** Everything of one organisation. */
  organization: (organization: string) => ['credits', 'of', organization] as const,
  balances: (organization: string) => ['credits', 'of', organization, 'balances'] as const,
  history: (organization: string) => ['credits', 'of', organization, 'history'] as const,
  statement: (organization: string) => ['credits', 'of', organization, 'statement'] as const,
  report: (organization: string) => ['credits', 'of', organization, 'report'] as const,
  partners: (organization: string) => ['credits', 'of', organization, 'partners'] as const,
  transfers: (organization: string) => ['credits', 'of', organization, 'transfers'] as const,
  transfer: (organization: string, id: string) => ['credits', 'of', organization, 'transfer', id] as const,
  /** What the operator alone sees. */
  desk: ['credits', 'desk'] as const,
}
