import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { DataSource } from 'typeorm'
import { contentDisposition } from '../../../ivoa/http/index.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { GrpcEnvironment } from '../../../server/grpc-method.ts'
import type { HttpRoute, HttpRouteContext } from '../../../server/http-route.ts'
import type { RegisteredService } from '../../../server/service-handlers.ts'
import type { ComputeProvider } from './compute-provider.ts'
import { OperatorError, refusalOf } from './operator-error.ts'
import { OperatorService, type ReleasedFile } from './operator-service.ts'
import { type ProviderPeople, providerCalls } from './provider-calls.ts'
import { ProviderGate } from './provider-gate.ts'
import { type Fields, readFields } from './read-fields.ts'
import {
  changeRequest,
  resultRequest,
  runningRequest,
  startRequest,
  statusRequest,
} from './request-schemas.ts'

export interface OperatorRouteOptions {
  readonly dataSource: DataSource
  readonly objects: Pick<Objects, 'get'>
  /** Of the whole backend: jobs, workflows, algorithms and environments are called. */
  readonly services: readonly RegisteredService[]
  readonly environment: GrpcEnvironment
  readonly people: ProviderPeople
  /** None: every signature is refused, and no job is found. */
  readonly providers: readonly ComputeProvider[]
  readonly publicUrl: string
  /** Milliseconds. Default: the clock. */
  readonly now?: () => number
}

const PREFIX = '/api/v1/operator/'
const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
/** A client that reads nothing for so long holds a file for nobody. */
const STALL_MS = 60_000

type Answer = (fields: Fields, call: HttpRouteContext) => Promise<unknown>

/** The interface that compute-to-data clients speak to an operator service: docs/operator-api.md. */
export function operatorRoute(options: OperatorRouteOptions): HttpRoute {
  const { dataSource, objects, services, environment, people, publicUrl, now } = options
  const providers = new Map(options.providers.map((provider) => [provider.address, provider]))
  const operator = new OperatorService({
    dataSource,
    calls: providerCalls(services, environment, providers, people),
    gate: new ProviderGate(dataSource, providers, now),
    providers,
    publicUrl,
  })
  const answers: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
    compute: {
      POST: (fields, call) => operator.start(startRequest(fields), call),
      PUT: (fields, call) => operator.stop(changeRequest(fields), call),
      DELETE: (fields, call) => operator.remove(changeRequest(fields), call),
      GET: (fields, call) => operator.status(statusRequest(fields), call),
    },
    runningjobs: { GET: (fields, call) => operator.running(runningRequest(fields), call) },
    getResult: { GET: (fields, call) => operator.result(resultRequest(fields), call) },
    environments: { GET: (_fields, call) => operator.environments(call) },
  }

  async function answer(request: IncomingMessage, response: ServerResponse, context: HttpRouteContext) {
    const resource = (request.url ?? '').split('?')[0]?.slice(PREFIX.length) ?? ''
    const methods = Object.hasOwn(answers, resource) ? answers[resource] : undefined
    if (methods === undefined) throw new OperatorError(404, 'There is nothing at this address.')
    const { method = '' } = request
    const work = Object.hasOwn(methods, method) ? methods[method] : undefined
    if (work === undefined) {
      const allowed = Object.keys(methods).join(', ')
      response.setHeader('allow', allowed)
      throw new OperatorError(405, `Only ${allowed} here.`)
    }
    const found = await work(await readFields(request), context)
    if (resource === 'getResult') await sendFile(found as ReleasedFile, objects, response, context)
    else sendJson(response, 200, found)
  }

  return {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    prefix: PREFIX,
    async handle(request, response, context) {
      try {
        await answer(request, response, context)
      } catch (error) {
        if (response.headersSent) throw error
        const { status, message, headers } = refusalOf(error, context.requestId, context.log)
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        sendJson(response, status, { error: message })
      }
    },
  }
}

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { ...COMMON, 'content-type': 'application/json' }).end(JSON.stringify(content))
}

async function sendFile(
  { key, result }: ReleasedFile,
  objects: Pick<Objects, 'get'>,
  response: ServerResponse,
  { signal }: HttpRouteContext,
): Promise<void> {
  const content = await objects.get(key)
  response.writeHead(200, {
    ...COMMON,
    'content-type': result.mediaType,
    'content-length': String(result.sizeBytes),
    'content-disposition': contentDisposition('attachment', result.fileName),
  })
  response.setTimeout(STALL_MS, () => response.destroy())
  try {
    await pipeline(content, response, { signal })
  } catch (error) {
    // The reader went away, which is its right.
    if (!signal.aborted && !response.destroyed) throw error
  }
}
