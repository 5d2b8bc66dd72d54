/** The tabs of the credits desk, in their order. */
export const deskViews = ['reviews', 'bookings', 'ledger', 'accounts', 'prices', 'report'] as const

export type DeskView = (typeof deskViews)[number]

/** The tab that an address means; the queue of reviews when it says none. */
export function viewFromAddress(parameters: URLSearchParams): DeskView {
  const asked = parameters.get('view')
  return deskViews.find((view) => view === asked) ?? 'reviews'
}

/** The query of a tab with its filters: what is empty is left out. */
export function deskQuery(view: DeskView, filters: Readonly<Record<string, string>> = {}): URLSearchParams {
  const parameters = new URLSearchParams()
  if (view !== 'reviews') parameters.set('view', view)
  for (const [name, value] of Object.entries(filters)) {
    if (value !== '') parameters.set(name, value)
  }
  return parameters
}

/** "/credits?view=ledger&organization=survey-institute" */
export function deskPath(view: DeskView, filters: Readonly<Record<string, string>> = {}): string {
  const query = deskQuery(view, filters).toString()
  return query === '' ? '/credits' : `/credits?${query}`
}
