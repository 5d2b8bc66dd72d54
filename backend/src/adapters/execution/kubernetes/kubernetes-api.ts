import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, type RequestOptions, request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import { ApiRefused, ApiUnreachable } from './api-errors.ts'
import type { Status } from './kubernetes-objects.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'delete' | 'deletecollection'

export interface ApiRequest {
  readonly verb: Verb
  /** As roles name it, such as "pods/log". */
  readonly resource: string
  /** Another than the API server, such as a node; it is known by the same authority. */
  readonly server?: string
  /** From the server's root, without a query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
  /** Told of the request as it is sent. */
  readonly onSent?: (() => void) | undefined
  /** Of silence. Default 30 s. */
  readonly silenceMs?: number
}

const methods: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  delete: 'DELETE',
  deletecollection: 'DELETE',
}

const SILENCE_MS = 30_000
/** A busy API server puts off what comes on new connections; logs and watches have one each. */
const KEPT_SOCKETS = 16

/**
 * Requests to an API server. Addresses and credentials are the client library's business; its own calls are not used:
 * a watch of it stops at an error and asks for no bookmarks, its logs lose errors in the middle, and each call of it
 * makes a connection of its own.
 */
export class KubernetesApi {
  readonly #config: KubeConfig
  readonly #count: (verb: Verb, resource: string) => void
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: KEPT_SOCKETS })
  readonly #open = new Set<ClientRequest>()

  /** @param kubeconfig path; undefined for the service account of the pod that this runs in */
  constructor(kubeconfig: string | undefined, count: (verb: Verb, resource: string) => void) {
    this.#config = new KubeConfig()
    if (kubeconfig === undefined) this.#config.loadFromCluster()
    else this.#config.loadFromFile(kubeconfig)
    this.#count = count
  }

  get address(): string {
    return this.#config.getCurrentCluster()?.server ?? ''
  }

  /**
   * @throws ApiRefused with what the server answered
   * @throws ApiUnreachable
   */
  async json<T>(request: ApiRequest): Promise<T> {
    const response = await this.stream(request)
    try {
      return JSON.parse(await text(response)) as T
    } catch (error) {
      request.signal?.throwIfAborted()
      throw new ApiUnreachable(`${this.address} broke off: ${messageOf(error)}`, { cause: error })
    }
  }

  /** An answer that is read by the caller, who has to destroy it when it does not want all of it. */
  async stream(request: ApiRequest): Promise<IncomingMessage> {
    request.signal?.throwIfAborted()
    const options = await this.#options(request)
    const response = await this.#send(request, options)
    const code = response.statusCode ?? 0
    if (code >= 200 && code < 300) return response
    throw refused(code, await text(response).catch(() => ''))
  }

  close(): void {
    for (const request of this.#open) request.destroy()
    this.#agent.destroy()
  }

  async #options(request: ApiRequest): Promise<RequestOptions> {
    const options: RequestOptions = { headers: {} }
    await this.#config.applyToHTTPSOptions(options)
    // Its own agent keeps no connection open; only one for a proxy has to stay.
    if (this.#config.getCurrentCluster()?.proxyUrl === undefined) options.agent = this.#agent
    options.method = methods[request.verb]
    options.headers = {
      ...options.headers,
      accept: request.accept ?? 'application/json',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    return options
  }

  #send(request: ApiRequest, options: RequestOptions, again = false): Promise<IncomingMessage> {
    const server = request.server ?? this.address
    const url = new URL(server.replace(/\/$/u, '') + request.path)
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    this.#count(request.verb, request.resource)
    request.onSent?.()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sent =
      url.protocol === 'http:' ? requestHttp(url, withoutAgent(options)) : requestHttps(url, options)
    this.#open.add(sent)
    const { signal } = request
    const abort = () => sent.destroy(signal?.reason instanceof Error ? signal.reason : undefined)
    signal?.addEventListener('abort', abort, { once: true })
    sent.setTimeout(request.silenceMs ?? SILENCE_MS, () => sent.destroy(new Error('it is silent')))
    sent.once('response', resolve)
    sent.on('error', (error) => {
      if (signal?.aborted === true) reject(signal.reason)
      // The server closed a kept connection as it was taken again: nothing of the request was read.
      else if (!again && sent.reusedSocket) resolve(this.#send(request, options, true))
      else reject(new ApiUnreachable(`${server} is not reached: ${messageOf(error)}`, { cause: error }))
    })
    sent.once('close', () => {
      this.#open.delete(sent)
      signal?.removeEventListener('abort', abort)
      reject(new ApiUnreachable(`${server} is not reached.`))
    })
    sent.end(request.body === undefined ? undefined : JSON.stringify(request.body))
    return promise
  }
}

function withoutAgent(options: RequestOptions): RequestOptions {
  const { agent: _, ...others } = options
  return others
}

function refused(code: number, body: string): ApiRefused {
  let status: Status = {}
  try {
    status = JSON.parse(body) as Status
  } catch {
    // A proxy's page, or a sentence.
    status = { message: body.slice(0, 500) }
  }
  return new ApiRefused(code, status.reason ?? '', status.message ?? '')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
