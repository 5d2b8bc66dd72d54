import type { DataSource } from 'typeorm'
import { type LookCursor, listLooks, listLooksOfUser, type PageOfLooks } from './look-store.ts'

const PERSONS_LISTED = 100

/** Who looked at whose locations. */
export class LookService {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  list(
    organizationId: string,
    personId: string | undefined,
    after: LookCursor | undefined,
    limit: number,
  ): Promise<PageOfLooks> {
    return listLooks(this.#dataSource, organizationId, personId, after, limit, PERSONS_LISTED)
  }

  /** Of the user's own persons alone: whom else a look showed is not the user's to know. */
  ofUser(userId: string, after: LookCursor | undefined, limit: number): Promise<PageOfLooks> {
    return listLooksOfUser(this.#dataSource, userId, after, limit)
  }
}
