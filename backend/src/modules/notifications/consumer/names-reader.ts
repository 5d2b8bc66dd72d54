import type { AnnouncementText, Names } from '../catalogue/event-kind.ts'

type OrganizationName = ReturnType<Names['organization']>

export interface NameSources {
  organizationsByIds(ids: readonly string[]): Promise<ReadonlyMap<string, OrganizationName>>
  displayNames(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

export interface NamesReader {
  /** Those that a batch of events names, in one read of each kind at most. */
  read(
    organizationIds: readonly string[],
    userIds: readonly string[],
    announcements?: ReadonlyMap<string, AnnouncementText>,
  ): Promise<Names>
}

/** Names change rarely; one that was changed is told by its former name no longer than this. */
const KEPT_MS = 60_000
const KEPT_MAX = 10_000

export function createNamesReader(sources: NameSources): NamesReader {
  const organizations = cachedRead((ids) => sources.organizationsByIds(ids))
  const users = cachedRead((ids) => sources.displayNames(ids))
  return {
    async read(organizationIds, userIds, announcements) {
      const [organizationOf, userOf] = await Promise.all([organizations(organizationIds), users(userIds)])
      return {
        organization: (id) => organizationOf.get(id) ?? { slug: '', displayName: 'an organisation' },
        user: (id) => userOf.get(id) ?? 'Someone',
        announcement(id) {
          const text = announcements?.get(id)
          if (text === undefined) throw new Error(`announcement ${id} was not read`)
          return text
        },
      }
    },
  }
}

/** Reads what it does not have, all at once. */
function cachedRead<Value>(
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>> {
  let kept = new Map<string, Value>()
  let keptSince = Date.now()
  return async (ids) => {
    if (Date.now() - keptSince > KEPT_MS || kept.size > KEPT_MAX) {
      kept = new Map()
      keptSince = Date.now()
    }
    const cache = kept
    const missing = [...new Set(ids)].filter((id) => !cache.has(id))
    if (missing.length > 0) for (const [id, value] of await read(missing)) cache.set(id, value)
    return cache
  }
}
