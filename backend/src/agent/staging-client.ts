import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { AgentFailure, type AgentFailureName } from './agent-failure.ts'
import type { AgentSettings } from './agent-settings.ts'
import { TryAgain } from './patience.ts'

/** As the server lists it. */
export interface Input {
  /** Relative to the folder of inputs. */
  readonly path: string
  readonly sizeBytes: number
  /** Lower-case hexadecimal; not of every file. */
  readonly sha256?: string
  /** Path on the server. */
  readonly url: string
}

export interface ContainerDescription {
  readonly inputs: readonly Input[]
  readonly parameters: Readonly<Record<string, string>>
  /** Of all containers of the step. */
  readonly outputLimitBytes: number
}

export interface StagingClient {
  describe(): Promise<ContainerDescription>
  /** The caller reads it to its end, or destroys it. */
  open(input: Input): Promise<Readable>
  put(path: string, content: SentContent): Promise<void>
  /** What a pod before this one left. */
  forgetOutputs(): Promise<void>
  reportFailure(stage: 'STAGE' | 'COLLECT', failure: ReportedFailure): Promise<void>
  close(): void
}

export interface SentContent {
  readonly sizeBytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** Ended by the client, whatever happens. */
  readonly stream: Readable
}

export interface ReportedFailure {
  readonly reason: string
  readonly message: string
  readonly transient: boolean
}

/** A connection on which nothing moves is given up. */
const IDLE_MS = 60_000
/** Between machines of a cluster it takes milliseconds, or a second more for a packet that was lost: beyond, a firewall drops them. */
const CONNECT_MS = 5_000

type Ask = (method: string, path: string, order?: Order) => Promise<IncomingMessage>
interface Order {
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: Readable | string
}

/**
 * Speaks with the staging server by node:http, which is loaded in a fraction of the time that fetch takes. Everything
 * throws TryAgain for what may pass, and AgentFailure for what does not.
 */
export async function createStagingClient(settings: AgentSettings): Promise<StagingClient> {
  const { stagingUrl, token, number } = settings
  const http = stagingUrl.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent: Agent = new http.Agent({ keepAlive: true })
  const base = stagingUrl.origin
  const container = `/staging/v1/containers/${number}`

  const ask: Ask = async (method, path, { headers = {}, body } = {}) => {
    const options: RequestOptions = {
      agent,
      method,
      timeout: IDLE_MS,
      headers: { authorization: `Bearer ${token}`, ...headers },
    }
    const response = await answer(http.request(`${base}${path}`, options), body)
    const status = response.statusCode ?? 0
    if (status < 300) return response
    throw refusal(status, await sentence(response))
  }

  return {
    async describe() {
      const response = await ask('GET', container)
      return JSON.parse(await received(() => text(response))) as ContainerDescription
    },

    open: (input) => ask('GET', input.url),

    async put(path, { sizeBytes, sha256, stream }) {
      const url = `${container}/outputs/${path.split('/').map(encodeURIComponent).join('/')}`
      const headers = { 'content-length': sizeBytes, 'x-content-sha256': sha256 }
      try {
        const response = await ask('PUT', url, { headers, body: stream })
        await received(() => text(response))
      } finally {
        stream.destroy()
      }
    },

    async forgetOutputs() {
      const response = await ask('DELETE', `${container}/outputs`)
      await received(() => text(response))
    },

    async reportFailure(stage, failure) {
      const body = JSON.stringify({ stage, ...failure })
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const response = await ask('POST', `${container}/failure`, { headers, body })
      await received(() => text(response))
    },

    close: () => agent.destroy(),
  }
}

/** The head of the answer, which may come before the body has been sent: then the rest of it is of no use. */
function answer(request: ClientRequest, body: Readable | string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    boundConnecting(request)
    request.once('timeout', () =>
      request.destroy(new TryAgain('nothing came for a minute', { waitedMs: IDLE_MS })),
    )
    // After the answer, too: the server hangs up on what it has refused.
    request.on('error', (cause) =>
      reject(cause instanceof TryAgain ? cause : new TryAgain(cause.message, { cause })),
    )
    if (body === undefined || typeof body === 'string') request.end(body)
    else {
      body.once('error', (cause) => {
        reject(cause)
        request.destroy()
      })
      request.once('close', () => body.destroy())
      body.pipe(request)
    }
  })
}

/** A connection that is kept from the request before is there already. */
function boundConnecting(request: ClientRequest): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => {
      const sentence = `no connection to ${request.host} within ${CONNECT_MS / 1000} s, as when a firewall drops what is sent`
      request.destroy(new TryAgain(sentence, { waitedMs: CONNECT_MS }))
    }, CONNECT_MS)
    const settle = () => clearTimeout(timer)
    socket.once('connect', settle)
    socket.once('close', settle)
  })
}

interface Refusal {
  readonly reason: string
  readonly message: string
}

async function sentence(response: IncomingMessage): Promise<Refusal> {
  const answered = await received(() => text(response))
  try {
    const { reason, message } = JSON.parse(answered) as Partial<Refusal>
    return { reason: String(reason), message: String(message) }
  } catch {
    // Of a proxy, or of a server that failed.
    return { reason: '', message: answered.trim().slice(0, 500) || `status ${response.statusCode}` }
  }
}

const byReason: Readonly<Record<string, AgentFailureName>> = {
  OUTPUT_LIMIT_EXCEEDED: 'OUTPUT_LIMIT_EXCEEDED',
  OUTPUT_UNUSABLE: 'OUTPUT_UNUSABLE',
  TASK_NOT_RUNNING: 'ENDED',
  TOKEN_EXPIRED: 'MISCONFIGURED',
  TOKEN_INVALID: 'MISCONFIGURED',
}

function refusal(status: number, { reason, message }: Refusal): Error {
  if (status >= 500 || status === 408 || status === 429) return new TryAgain(message.replace(/\.$/, ''))
  return new AgentFailure(byReason[reason] ?? 'REFUSED', message)
}

/** What breaks while it arrives may be whole the next time. */
async function received<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    throw new TryAgain(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
