import type {
  ConnectionGraph,
  GetConnectionGraphRequest,
} from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import type { OrganizationCallContext } from '../../../server/call-context.ts'
import type { ConnectionSearch } from '../connections/index.ts'
import { personIdOf, personName, subjectsOf } from '../consent/index.ts'
import { askedRule } from './asked-rule.ts'
import { askedWindow } from './asked-window.ts'
import { findGraph } from './connection-graph.ts'
import { lookContext, writeLook } from './look-context.ts'
import { showPersons } from './shown-persons.ts'

const DAYS_MAX = 7
const DEFAULT_PERSONS = 200

export function getConnectionGraph(dataSource: DataSource, search: ConnectionSearch) {
  return async (
    request: GetConnectionGraphRequest,
    call: OrganizationCallContext,
  ): Promise<ConnectionGraph> => {
    const window = askedWindow(request.startTime, request.endTime, DAYS_MAX)
    const rule = askedRule(request.rule)
    const degrees = request.degrees || 1
    const maxPersons = request.maxPersons || DEFAULT_PERSONS
    const context = await lookContext(dataSource, call, request.look)
    const { scope } = context
    const asked = request.persons.map((name) => personIdOf(call.organization, name))
    const subjects = await subjectsOf(dataSource, scope.organizationId, scope.purposeId, asked)
    const details = { ...rule, degrees, maxPersons }
    const look = { method: 'GetConnectionGraph', window, asked, details }
    const lookId = await writeLook(dataSource, context, look)

    const personNos = subjects.map(({ personNo }) => personNo)
    const query = { scope, personNos, window, rule, degrees, maxPersons, signal: call.signal }
    const graph = await findGraph(search, query)
    const shown = await showPersons(dataSource, scope, lookId, graph.degrees.keys())
    const { slug } = call.organization
    const persons = [...graph.degrees].flatMap(([no, degree]) => {
      const person = shown.get(no)
      return person === undefined ? [] : [{ no, degree, person }]
    })
    const indexOf = new Map(persons.map(({ no }, index) => [no, index]))
    return {
      persons: persons.map(({ degree, person }) => ({
        person: personName(slug, person.id),
        displayName: person.displayName,
        degree,
      })),
      connections: graph.connections.flatMap((connection) => {
        const a = indexOf.get(connection.firstNo)
        const b = indexOf.get(connection.secondNo)
        if (a === undefined || b === undefined) return []
        return [
          {
            first: Math.min(a, b),
            second: Math.max(a, b),
            episodeCount: connection.episodeCount,
            durationS: BigInt(Math.round(connection.durationMs / 1000)),
            closestDistanceM: connection.closestDistanceM,
            firstTime: new Date(connection.firstMs),
            lastTime: new Date(connection.lastMs),
          },
        ]
      }),
      truncated: graph.truncated,
    }
  }
}
