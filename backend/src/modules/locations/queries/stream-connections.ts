import type {
  StreamConnectionsRequest,
  StreamConnectionsResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import type { ConnectionSearch } from '../connections/index.ts'
import { personIdOf, subjectOf } from '../consent/index.ts'
import { askedRule } from './asked-rule.ts'
import { askedWindow } from './asked-window.ts'
import { episodeMessage } from './location-messages.ts'
import { lookContext, writeLook } from './look-context.ts'
import { showPersons } from './shown-persons.ts'
import { withHeartbeats } from './with-heartbeats.ts'

/** Days without anything pass faster than anybody reads. */
const PROGRESS_MS = 1000
/** Episodes between two looks at consents: a caller may take them slowly. */
const SHOWN_AT_ONCE = 100

export function streamConnections(dataSource: DataSource, search: ConnectionSearch, heartbeatMs: number) {
  return async function* (
    request: StreamConnectionsRequest,
    call: OrganizationCallContext,
  ): AsyncGenerator<StreamConnectionsResponse> {
    const window = askedWindow(request.startTime, request.endTime)
    const rule = askedRule(request.rule)
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const personId = personIdOf(call.organization, request.name)
    const subject = await subjectOf(dataSource, scope.organizationId, scope.purposeId, personId)
    const details = { ...rule }
    const look = { method: 'StreamConnections', window, asked: [personId], details }
    const lookId = await writeLook(dataSource, context, look)

    let searchedUntilMs = window.startMs
    let toldAtMs = performance.now()
    const steps = search.steps({ scope, personNo: subject.personNo, rule, window, signal: call.signal })
    for await (const step of withHeartbeats(steps, heartbeatMs)) {
      if (step === undefined) {
        yield until(searchedUntilMs)
        toldAtMs = performance.now()
        continue
      }
      searchedUntilMs = step.searchedUntilMs
      // A consent that is withdrawn meanwhile ends the stream: without its fixes the rest would look as if nobody was met.
      const checkSubject = () => subjectOf(dataSource, scope.organizationId, scope.purposeId, personId)
      await checkSubject()
      for (let first = 0; first < step.episodes.length; first += SHOWN_AT_ONCE) {
        if (first > 0) await checkSubject()
        const episodes = step.episodes.slice(first, first + SHOWN_AT_ONCE)
        const nos = episodes.map(({ otherPersonNo }) => otherPersonNo)
        const persons = await showPersons(dataSource, scope, lookId, nos)
        for (const episode of episodes) {
          const person = persons.get(episode.otherPersonNo)
          if (person === undefined) continue
          yield {
            message: { $case: 'episode', value: episodeMessage(call.organization.slug, person, episode) },
          }
        }
      }
      if (performance.now() - toldAtMs < PROGRESS_MS && searchedUntilMs < window.endMs) continue
      yield until(searchedUntilMs)
      toldAtMs = performance.now()
    }
  }
}

function until(timeMs: number): StreamConnectionsResponse {
  return { message: { $case: 'searchedUntil', value: new Date(timeMs) } }
}
