import type { ConnectionRule, ConnectionSearch, Episode, SearchScope, Span } from '../connections/index.ts'

export interface GraphQuery {
  readonly scope: SearchScope
  readonly personNos: readonly number[]
  readonly window: Span
  readonly rule: ConnectionRule
  /** How far from the group. */
  readonly degrees: number
  readonly maxPersons: number
  readonly signal?: AbortSignal
}

/** All episodes of two persons. */
export interface Connection {
  /** The lower number. */
  readonly firstNo: number
  readonly secondNo: number
  readonly episodeCount: number
  readonly durationMs: number
  readonly closestDistanceM: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface FoundGraph {
  /** By number, with how far each is from the group; near ones first. */
  readonly degrees: ReadonlyMap<number, number>
  readonly connections: readonly Connection[]
  readonly truncated: boolean
}

/**
 * Whom the group met, whom these met, and so on. Persons of the last degree are not searched: connections among them
 * are beyond it. Where there are too many, those who were met for longest come first.
 */
export async function findGraph(search: ConnectionSearch, query: GraphQuery): Promise<FoundGraph> {
  const { scope, window, rule, signal, maxPersons } = query
  const degrees = new Map(query.personNos.map((no) => [no, 0]))
  const connections = new Map<string, Connection>()
  let truncated = false
  let ring = [...query.personNos]
  for (let degree = 1; degree <= query.degrees && ring.length > 0; degree++) {
    const metMs = new Map<number, number>()
    for (const personNo of ring) {
      const met = new Map<number, Connection>()
      const steps = search.steps({
        scope,
        personNo,
        window,
        rule,
        ...(signal === undefined ? {} : { signal }),
      })
      for await (const { episodes } of steps)
        for (const episode of episodes)
          met.set(episode.otherPersonNo, joined(met.get(episode.otherPersonNo), personNo, episode))
      for (const [otherNo, connection] of met) {
        // Both sides find the same episodes; the first one counts.
        const key = `${connection.firstNo} ${connection.secondNo}`
        if (!connections.has(key)) connections.set(key, connection)
        if (!degrees.has(otherNo)) metMs.set(otherNo, (metMs.get(otherNo) ?? 0) + connection.durationMs)
      }
    }
    const byDuration = [...metMs].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([no]) => no)
    ring = byDuration.slice(0, Math.max(0, maxPersons - degrees.size))
    truncated ||= ring.length < byDuration.length
    for (const no of ring) degrees.set(no, degree)
  }
  return {
    degrees,
    connections: [...connections.values()].filter(
      ({ firstNo, secondNo }) => degrees.has(firstNo) && degrees.has(secondNo),
    ),
    truncated,
  }
}

function joined(known: Connection | undefined, personNo: number, episode: Episode): Connection {
  return {
    firstNo: Math.min(personNo, episode.otherPersonNo),
    secondNo: Math.max(personNo, episode.otherPersonNo),
    episodeCount: (known?.episodeCount ?? 0) + 1,
    durationMs: (known?.durationMs ?? 0) + episode.endMs - episode.startMs,
    closestDistanceM: Math.min(known?.closestDistanceM ?? Number.POSITIVE_INFINITY, episode.closestDistanceM),
    firstMs: Math.min(known?.firstMs ?? Number.POSITIVE_INFINITY, episode.startMs),
    lastMs: Math.max(known?.lastMs ?? Number.NEGATIVE_INFINITY, episode.endMs),
  }
}
