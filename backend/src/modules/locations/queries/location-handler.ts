import { LocationServiceService } from '@fairlead/proto/server/fairlead/locations/v1/locations'
import type { DataSource } from 'typeorm'
import { organizationContext } from '../../../server/call-context.ts'
import type { PageTokens } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import { ConnectionSearch, type NeighbourSource } from '../connections/index.ts'
import { findConnections } from './find-connections.ts'
import { findNearby } from './find-nearby.ts'
import { getConnectionGraph } from './get-connection-graph.ts'
import { getDensity } from './get-density.ts'
import { getPath } from './get-path.ts'
import { listSubjects } from './list-subjects.ts'
import { streamConnections } from './stream-connections.ts'

export interface LocationHandlerDependencies {
  readonly dataSource: DataSource
  readonly pageTokens: PageTokens
  /** How fixes near others are found. */
  readonly neighbours: NeighbourSource
  /** Silence after which a stream tells how far it is. */
  readonly heartbeatMs: number
}

export function locationHandler(dependencies: LocationHandlerDependencies): RegisteredService {
  const { dataSource, pageTokens, neighbours, heartbeatMs } = dependencies
  const search = new ConnectionSearch(dataSource, neighbours)
  const subjects = listSubjects(dataSource, pageTokens)
  const connections = findConnections(dataSource, search, pageTokens)
  const stream = streamConnections(dataSource, search, heartbeatMs)
  const path = getPath(dataSource, pageTokens)
  const nearby = findNearby(dataSource, neighbours)
  const graph = getConnectionGraph(dataSource, search)
  const density = getDensity(dataSource)
  return registeredService(LocationServiceService, {
    listSubjects: (request, call) => subjects(request, organizationContext(call)),
    findConnections: (request, call) => connections(request, organizationContext(call)),
    streamConnections: (request, call) => stream(request, organizationContext(call)),
    getPath: (request, call) => path(request, organizationContext(call)),
    findNearby: (request, call) => nearby(request, organizationContext(call)),
    getConnectionGraph: (request, call) => graph(request, organizationContext(call)),
    getDensity: (request, call) => density(request, organizationContext(call)),
  })
}
