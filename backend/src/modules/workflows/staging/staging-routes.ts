import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Registry } from 'prom-client'
import type { DataSource } from 'typeorm'
import type { DatasetFiles } from '../../../ports/dataset-files.ts'
import type { Objects } from '../../../ports/objects.ts'
import type { HttpRoute } from '../../../server/http-route.ts'
import type { PromisedContent } from './checked-content.ts'
import { CONTAINERS_PATH, containerRequest, inputUrl } from './container-path.ts'
import { readFailureReport } from './failure-report.ts'
import { createStagingMetrics } from './staging-metrics.ts'
import { StagingRefused } from './staging-refused.ts'
import { StagingService } from './staging-service.ts'
import { createStagingTokens, type StagingGrant, type StagingTokens } from './staging-token.ts'

export interface StagingRoutesOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly datasetFiles: DatasetFiles
  /** Of the tokens: 32 bytes, the same in every process. */
  readonly key: Buffer
  readonly registry: Registry
  readonly clock?: () => Date
}

/** A connection on which nothing moves is cut; the agent begins anew. */
const IDLE_MS = 60_000
/** Of what is still being sent to a refused request, read to nowhere: a sender that is cut off sees no answer. */
const LINGER_MS = 5_000

/** For the agents of containers alone: on a listener of its own, which pods reach and people do not. */
export function createStagingRoutes(options: StagingRoutesOptions): readonly HttpRoute[] {
  const tokens = createStagingTokens(options.key, options.clock)
  const service = new StagingService({ ...options, metrics: createStagingMetrics(options.registry) })

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    // Before anything else: who has no token learns nothing, not even which addresses there are.
    const grant = granted(tokens, request.headers.authorization)
    const asked = containerRequest(request.method ?? '', request.url ?? '')
    if (asked === undefined) throw new StagingRefused(404, 'NOT_FOUND', 'There is nothing here.')
    const key = { ...grant, number: asked.number }
    switch (asked.kind) {
      case 'inputs': {
        const { inputs, parameters } = await service.inputs(key)
        const addressed = inputs.map(({ path, sizeBytes, sha256 }, position) => ({
          path,
          sizeBytes,
          ...(sha256 === undefined ? {} : { sha256 }),
          url: inputUrl(key.number, position),
        }))
        const { outputLimitBytes } = grant
        sendJson(response, 200, { inputs: addressed, parameters, outputLimitBytes })
        return
      }
      case 'input': {
        const { sizeBytes, stream } = await service.input(key, asked.position, signal)
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': sizeBytes })
        await pipeline(stream, exactly(sizeBytes), response, { signal })
        return
      }
      case 'output':
        await service.receive(key, asked.path, promisedBy(request), bytesOf(request), signal)
        response.writeHead(204).end()
        return
      case 'forget':
        await service.forget(key)
        response.writeHead(204).end()
        return
      case 'failure':
        await service.fail(key, await readFailureReport(request.headers['content-length'], request))
        response.writeHead(204).end()
        return
      default:
        asked satisfies never
    }
  }

  return [
    {
      methods: ['GET', 'PUT', 'POST', 'DELETE'],
      prefix: CONTAINERS_PATH,
      async handle(request, response, { signal, log }) {
        request.setTimeout(IDLE_MS)
        response.setHeader('cache-control', 'no-store')
        try {
          await serve(request, response, signal)
        } catch (error) {
          if (error instanceof StagingRefused) {
            log.info({ reason: error.reason }, 'a request of a container was refused')
            refuse(request, response, error)
          } else if (signal.aborted || (request.destroyed && !request.complete)) {
            // The pod is gone, or the server stops; whoever goes on begins anew.
            response.destroy()
          } else {
            drain(request, response)
            throw error
          }
        }
      },
    },
  ]
}

function granted(tokens: StagingTokens, authorization: string | undefined): StagingGrant {
  const verdict = tokens.read(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '')
  if (verdict.outcome === 'valid') return verdict.grant
  throw verdict.outcome === 'expired'
    ? new StagingRefused(401, 'TOKEN_EXPIRED', 'The token of this run has expired.')
    : new StagingRefused(401, 'TOKEN_INVALID', 'A token of a run is needed, and this is none.')
}

function promisedBy({ headers }: IncomingMessage): PromisedContent {
  const length = headers['content-length'] ?? ''
  const digest = headers['x-content-sha256']
  if (!/^\d{1,15}$/.test(length)) {
    throw new StagingRefused(411, 'LENGTH_REQUIRED', 'A file is sent with its Content-Length.')
  }
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) {
    const sentence = 'A file is sent with its SHA-256 in X-Content-SHA256, in lower-case hexadecimal.'
    throw new StagingRefused(400, 'DIGEST_REQUIRED', sentence)
  }
  return { sizeBytes: Number(length), sha256: digest }
}

/** Fails, which breaks the connection, when a source is not as long as it was said to be. */
function exactly(sizeBytes: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let seen = 0
    for await (const chunk of source) {
      seen += chunk.length
      if (seen > sizeBytes) break
      yield chunk
    }
    if (seen !== sizeBytes)
      throw new StagingRefused(409, 'INPUT_CHANGED', `An input is not of ${sizeBytes} bytes.`)
  }
}

/** Whoever stops reading leaves the connection open: the answer has still to go over it. */
function bytesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
}

function refuse(request: IncomingMessage, response: ServerResponse, refused: StagingRefused): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, reason, message } = refused
  drain(request, response)
  sendJson(response, status, { reason, message })
}

/** What is still being sent is of no use to the answer that follows; the connection ends with it. */
function drain(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || response.headersSent) return
  response.setHeader('connection', 'close')
  request.resume()
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}
