import type { IdentityService, Organization } from '../../identity/index.ts'
import { type ClassesById, classIn } from '../classes/index.ts'
import type { Balance, CreditClassRecord } from '../ledger/index.ts'
import type { ExplorerStore } from './explorer-store.ts'

export interface ListedAccount {
  readonly organization: Organization
  readonly creditClass: CreditClassRecord
  readonly balance: Balance
}

/** The account that a page ended with. */
export interface AccountCursor {
  readonly slug: string
  readonly code: string
}

export interface AccountFilter {
  readonly organization: Organization | undefined
  readonly classId: string | undefined
}

/** Organisations whose accounts are read at once. */
const ORGANIZATIONS_AT_ONCE = 500

/** What organisations have, by their slugs and the codes of classes. */
export class AccountPages {
  readonly #store: ExplorerStore
  readonly #identity: IdentityService

  constructor(store: ExplorerStore, identity: IdentityService) {
    this.#store = store
    this.#identity = identity
  }

  async page(
    { organization, classId }: AccountFilter,
    classes: ClassesById,
    after: AccountCursor | undefined,
    size: number,
  ): Promise<{ accounts: ListedAccount[]; next: AccountCursor | undefined }> {
    const accounts: ListedAccount[] = []
    const batches = organization === undefined ? this.#organizationsFrom(after?.slug) : [[organization]]
    for await (const organizations of batches) {
      for (const account of await this.#accountsOf(organizations, classId, classes)) {
        if (isAfter(account, after)) accounts.push(account)
      }
      if (accounts.length > size) break
    }
    const shown = accounts.slice(0, size)
    const last = shown.at(-1)
    const next =
      accounts.length > size && last !== undefined
        ? { slug: last.organization.slug, code: last.creditClass.code }
        : undefined
    return { accounts: shown, next }
  }

  /** The one with the slug itself first: some of its classes may not have been told yet. */
  async *#organizationsFrom(slug: string | undefined): AsyncGenerator<readonly Organization[], void> {
    const first = slug === undefined ? undefined : await this.#identity.organizationBySlug(slug)
    if (first !== undefined) yield [first]
    let after = slug ?? ''
    for (;;) {
      const organizations = await this.#identity.organizationsAfter(after, ORGANIZATIONS_AT_ONCE)
      yield organizations
      const last = organizations.at(-1)
      if (last === undefined || organizations.length < ORGANIZATIONS_AT_ONCE) return
      after = last.slug
    }
  }

  async #accountsOf(
    organizations: readonly Organization[],
    classId: string | undefined,
    classes: ClassesById,
  ): Promise<ListedAccount[]> {
    if (organizations.length === 0) return []
    const ids = organizations.map(({ id }) => id)
    const balances = Map.groupBy(
      await this.#store.balances(ids, classId),
      ({ organizationId }) => organizationId,
    )
    return organizations.flatMap((organization) =>
      (balances.get(organization.id) ?? [])
        // One that was made since the classes were read is told another time.
        .filter((balance) => classes.has(balance.classId))
        .map((balance) => ({ organization, creditClass: classIn(classes, balance.classId), balance }))
        .sort((one, other) => (one.creditClass.code < other.creditClass.code ? -1 : 1)),
    )
  }
}

function isAfter({ organization, creditClass }: ListedAccount, after: AccountCursor | undefined): boolean {
  if (after === undefined) return true
  return organization.slug > after.slug || (organization.slug === after.slug && creditClass.code > after.code)
}
