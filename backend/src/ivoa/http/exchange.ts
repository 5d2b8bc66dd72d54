import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { HttpRoute } from '../../server/http-route.ts'
import type { LocalCall } from '../../server/local-calls.ts'
import { errorAnswer, sendErrorText, sendErrorVotable } from './error-answer.ts'
import { methodNotAllowed, notFound } from './http-error.ts'

type Method = HttpRoute['methods'][number]

/** One request and its answer. */
export interface Exchange {
  readonly method: Method
  /** Decoded segments of the path, such as ["uws", "cutout", "ID"]; a slash at the end adds none. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** To make calls with, in the name of who sent the request. */
  readonly call: LocalCall
  readonly requestId: string
  readonly log: Logger
  /** Aborted when the client is gone, and when the server stops. */
  readonly signal: AbortSignal
}

export interface IvoaRouteOptions {
  /** As in HttpRoute. */
  readonly prefix: string
  /** How errors are said. Default: a VOTable. */
  readonly errors?: 'votable' | 'text'
  handle(exchange: Exchange): Promise<void>
}

const METHODS: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A route whose every error is a DALI error document. */
export function ivoaRoute({ prefix, errors = 'votable', handle }: IvoaRouteOptions): HttpRoute {
  return {
    methods: METHODS,
    prefix,
    async handle(request, response, { requestId, log, signal }) {
      try {
        const { path, query } = parsedUrl(request.url ?? '/')
        const { authorization } = request.headers
        const method = METHODS.find((each) => each === request.method) ?? 'GET'
        const call = { authorization, requestId, signal }
        await handle({ method, path, query, request, response, call, requestId, log, signal })
      } catch (error) {
        if (response.headersSent) throw error
        const answer = errorAnswer(error, requestId, log)
        if (errors === 'text') sendErrorText(response, answer)
        else sendErrorVotable(response, answer, requestId)
      }
    },
  }
}

/** @throws HttpError 405, and answers OPTIONS by itself: false then */
export function allows({ method, response }: Exchange, ...methods: readonly Method[]): boolean {
  const allowed = [...new Set<Method>([...methods, ...(methods.includes('GET') ? ['HEAD' as const] : [])])]
  if (method === 'OPTIONS') {
    response.writeHead(204, { allow: [...allowed, 'OPTIONS'].join(', ') }).end()
    return false
  }
  if (!allowed.includes(method)) throw methodNotAllowed(method, allowed)
  return true
}

/** By hand: URL would make "//x" a host, and resolve dots. */
function parsedUrl(target: string): { path: string[]; query: URLSearchParams } {
  const [path = '', ...query] = target.split('?')
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent)
    if (segments.at(-1) === '') segments.pop()
    return { path: segments, query: new URLSearchParams(query.join('?')) }
  } catch {
    throw notFound()
  }
}
