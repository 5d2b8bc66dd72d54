/** What jobs need to know about people. */
export interface People {
  displayNames(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Who has the e-mail address, proven or invited by it. */
  userByEmail(email: string): Promise<{ readonly id: string } | undefined>
  membershipsOf(userId: string): Promise<readonly { readonly organization: { readonly id: string } }[]>
}

/** People rename themselves seldom, and every change of every job shows its owner's name. */
const KEPT_MS = 60_000
const KEPT_NAMES = 10_000

/** Remembers names for a minute. */
export class OwnerNames {
  readonly #people: People
  readonly #names = new Map<string, { readonly name: string; readonly untilMs: number }>()

  constructor(people: People) {
    this.#people = people
  }

  /** Names of all the users; empty for one that is unknown. */
  async of(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const nowMs = performance.now()
    const wanted = [...new Set(userIds)]
    const missing = wanted.filter((id) => (this.#names.get(id)?.untilMs ?? 0) < nowMs)
    if (missing.length > 0) {
      if (this.#names.size > KEPT_NAMES) this.#names.clear()
      const read = await this.#people.displayNames(missing)
      for (const id of missing) {
        this.#names.set(id, { name: read.get(id) ?? '', untilMs: nowMs + KEPT_MS })
      }
    }
    return new Map(wanted.map((id) => [id, this.#names.get(id)?.name ?? '']))
  }
}
