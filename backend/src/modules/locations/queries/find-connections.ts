import type {
  FindConnectionsRequest,
  FindConnectionsResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import type { ConnectionRule, ConnectionSearch, Episode, Span } from '../connections/index.ts'
import { personIdOf, subjectOf } from '../consent/index.ts'
import { askedRule } from './asked-rule.ts'
import { askedWindow } from './asked-window.ts'
import { episodeMessage } from './location-messages.ts'
import { lookContext, writeLook } from './look-context.ts'
import { showPersons } from './shown-persons.ts'

const DEFAULT_PAGE_SIZE = 100
const DAYS_MAX = 31

/** Where a page begins: after this episode. */
interface Position {
  readonly startMs: number
  readonly otherPersonNo: number
}

export function findConnections(dataSource: DataSource, search: ConnectionSearch, pageTokens: PageTokens) {
  return async (
    request: FindConnectionsRequest,
    call: OrganizationCallContext,
  ): Promise<FindConnectionsResponse> => {
    const window = askedWindow(request.startTime, request.endTime, DAYS_MAX)
    const rule = askedRule(request.rule)
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const personId = personIdOf(call.organization, request.name)
    const subject = await subjectOf(dataSource, scope.organizationId, scope.purposeId, personId)
    const tokens = pageScope('FindConnections', {
      caller: call.caller.userId,
      person: personId,
      purpose: scope.purposeId,
      reason: context.reason,
      ...window,
      ...rule,
    })
    const [knownLook, startMs, otherPersonNo] = pageTokens.decode(tokens, request.pageToken) ?? []
    const after =
      knownLook === undefined ? undefined : { startMs: Number(startMs), otherPersonNo: Number(otherPersonNo) }
    // Pages are one look.
    const lookId =
      knownLook ??
      (await writeLook(dataSource, context, {
        method: 'FindConnections',
        window,
        asked: [personId],
        details: { ...rule },
      }))

    const size = request.pageSize || DEFAULT_PAGE_SIZE
    const found: Episode[] = []
    const query = { scope, personNo: subject.personNo, rule, signal: call.signal }
    for await (const step of search.steps({ ...query, window: resumed(window, rule, after) })) {
      found.push(...step.episodes.filter((episode) => after === undefined || follows(episode, after)))
      if (found.filter((episode) => episode.startMs < step.laterFromMs).length > size) break
    }
    // Of a search that was broken off, episodes that began later may be missing; they are beyond the page.
    const ordered = found.sort(byStart)
    const page = ordered.slice(0, size)
    const last = ordered.length > size ? page.at(-1) : undefined
    const persons = await showPersons(
      dataSource,
      scope,
      lookId,
      page.map((episode) => episode.otherPersonNo),
    )
    return {
      episodes: page.flatMap((episode) => {
        const person = persons.get(episode.otherPersonNo)
        return person === undefined ? [] : [episodeMessage(call.organization.slug, person, episode)]
      }),
      nextPageToken:
        last === undefined
          ? ''
          : pageTokens.encode(tokens, [lookId, String(last.startMs), String(last.otherPersonNo)]),
    }
  }
}

/**
 * The part of the window that later pages depend on. Whether an episode begins at a contact, contacts decide that end
 * at most a gap before it, and these begin at most `withinMs` earlier.
 */
function resumed(window: Span, rule: ConnectionRule, after: Position | undefined): Span {
  if (after === undefined) return window
  return {
    startMs: Math.max(window.startMs, after.startMs - rule.episodeGapMs - rule.withinMs),
    endMs: window.endMs,
  }
}

function follows(episode: Episode, after: Position): boolean {
  return byStart(episode, after) > 0
}

function byStart(a: Position, b: Position): number {
  return a.startMs - b.startMs || a.otherPersonNo - b.otherPersonNo
}
