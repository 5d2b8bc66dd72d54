import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'

export interface HttpRouteContext {
  readonly requestId: string
  readonly log: Logger
  /** Aborted when the client disconnects before the response has ended, and when the server stops. */
  readonly signal: AbortSignal
}

/** A route of a module beside gRPC: for protocols that are HTTP by nature. */
export interface HttpRoute {
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[]
  /** Every path that begins with it is the route's; the longest wins. Ends with "/" unless it is one path. */
  readonly prefix: string
  /** Ends the response. What it throws is logged and answered by a plain status, without its text. */
  handle(request: IncomingMessage, response: ServerResponse, context: HttpRouteContext): Promise<void>
}
