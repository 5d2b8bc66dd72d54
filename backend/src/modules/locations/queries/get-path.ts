import type { GetPathRequest, GetPathResponse } from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { inReadSession, ownFixes, type Span, storedDays, type TrackFix } from '../connections/index.ts'
import { personIdOf, subjectOf } from '../consent/index.ts'
import { askedWindow } from './asked-window.ts'
import { pathPoint } from './location-messages.ts'
import { lookContext, writeLook } from './look-context.ts'

const DEFAULT_PAGE_SIZE = 10_000

export function getPath(dataSource: DataSource, pageTokens: PageTokens) {
  return async (request: GetPathRequest, call: OrganizationCallContext): Promise<GetPathResponse> => {
    const window = askedWindow(request.startTime, request.endTime)
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const personId = personIdOf(call.organization, request.name)
    const subject = await subjectOf(dataSource, scope.organizationId, scope.purposeId, personId)
    const tokens = pageScope('GetPath', {
      caller: call.caller.userId,
      person: personId,
      purpose: scope.purposeId,
      reason: context.reason,
      ...window,
    })
    const [knownLook, timeMs, deviceNo] = pageTokens.decode(tokens, request.pageToken) ?? []
    const lookId =
      knownLook ?? (await writeLook(dataSource, context, { method: 'GetPath', window, asked: [personId] }))

    const size = request.pageSize || DEFAULT_PAGE_SIZE
    const rest = { startMs: Number(timeMs ?? window.startMs), endMs: window.endMs }
    const fixes = await inReadSession(dataSource, async (session) => {
      const found: TrackFix[] = []
      for (const span of await storedDays(session, rest)) {
        call.signal.throwIfAborted()
        found.push(
          ...(await ownFixes(session, scope, [subject.personNo], span, {
            limit: size + 1 - found.length,
            ...(isFirst(span, rest) && deviceNo !== undefined ? { afterDeviceNo: Number(deviceNo) } : {}),
          })),
        )
        if (found.length > size) break
      }
      return found
    })
    const page = fixes.slice(0, size)
    const last = fixes.length > size ? page.at(-1) : undefined
    return {
      points: page.map(pathPoint),
      nextPageToken:
        last === undefined
          ? ''
          : pageTokens.encode(tokens, [lookId, String(last.timeMs), String(last.deviceNo)]),
    }
  }
}

/** Whether the span begins where the page does, and not with a later day. */
function isFirst(span: Span, rest: Span): boolean {
  return span.startMs === rest.startMs
}
