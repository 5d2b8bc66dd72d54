import type { PageTokens } from '../../server/page-token.ts'

const DEFAULT_PAGE_SIZE = 50

/** What lists by name are ordered by, and where a page of them ends. */
export interface NamedRow {
  readonly displayName: string
  readonly id: string
}

export interface NamedPage<Row> {
  readonly rows: readonly Row[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

/**
 * A page of what is ordered by display name and id.
 *
 * @param scope of the page tokens
 * @param read at most `limit` rows after `after`, in that order
 */
export async function pageByName<Row extends NamedRow>(
  pageTokens: PageTokens,
  scope: string,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string },
  read: (after: NamedRow | undefined, limit: number) => Promise<readonly Row[]>,
): Promise<NamedPage<Row>> {
  const [displayName, id] = pageTokens.decode(scope, pageToken) ?? []
  const size = pageSize || DEFAULT_PAGE_SIZE
  const found = await read(
    displayName === undefined || id === undefined ? undefined : { displayName, id },
    size + 1,
  )
  const rows = found.slice(0, size)
  const last = found.length > size ? rows.at(-1) : undefined
  return {
    rows,
    nextPageToken: last === undefined ? '' : pageTokens.encode(scope, [last.displayName, last.id]),
  }
}
