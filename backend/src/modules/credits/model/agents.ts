import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import type { OidcSettings } from '../../../settings.ts'
import { seenError } from '../../../testing/service-error.ts'
import type { Answer, Order } from './agent.ts'

const insecure: ChannelCredentials = credentials.createInsecure()
/** What takes longer hangs. */
const CALL_MS = 20_000

/** The process was killed before it answered. */
export class Lost extends Error {}

/** A call that the product refused, as a client sees it. */
export class Refused extends Error {
  readonly code: string
  readonly reason: string | undefined

  constructor(code: string, reason: string | undefined, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }
}

/** One process that serves the backend. */
export class Agent {
  readonly name: string
  readonly #child: ChildProcess
  readonly #orders = new Map<number, { resolve(value: string): void; reject(error: Error): void }>()
  #orderCount = 0
  #client: Client | undefined
  #killed = false
  readonly #ended = Promise.withResolvers<void>()

  constructor(name: string) {
    this.name = name
    this.#child = fork(join(import.meta.dirname, 'agent.ts'), {
      // What it compiled serves the next one.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'fairlead-model-cache') },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child.on('message', (answer: Answer) => {
      const order = this.#orders.get(answer.id)
      this.#orders.delete(answer.id)
      if ('value' in answer) order?.resolve(answer.value)
      else order?.reject(new Error(answer.error))
    })
    this.#child.on('exit', (code, signal) => {
      const error = this.#killed ? new Lost() : new Error(`${name} ended: ${signal ?? code}`)
      for (const { reject } of this.#orders.values()) reject(error)
      this.#orders.clear()
      this.#ended.resolve()
    })
  }

  async open(url: string, oidc: OidcSettings): Promise<void> {
    const address = await this.order({ does: 'open', url, name: this.name, oidc })
    this.#client = new Client(address, insecure, { 'grpc.use_local_subchannel_pool': 1 })
  }

  async close(): Promise<void> {
    this.#client?.close()
    this.#client = undefined
    await this.order({ does: 'close' })
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#killed = true
    this.#child.kill('SIGKILL')
    await this.#ended.promise
    this.#client?.close()
  }

  order(order: Order): Promise<string> {
    if (this.#killed) return Promise.reject(new Lost())
    const id = ++this.#orderCount
    const answer = Promise.withResolvers<string>()
    this.#orders.set(id, answer)
    this.#child.send({ id, order }, (error) => {
      if (error === null) return
      this.#orders.delete(id)
      answer.reject(this.#killed ? new Lost() : error)
    })
    return answer.promise
  }

  /** @throws Lost, Refused, or an Error when the product failed */
  call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    token: string,
  ): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = method
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${token}`)
    return new Promise((resolve, reject) => {
      const client = this.#client
      if (client === undefined || this.#killed) return reject(new Lost())
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + CALL_MS },
        (error, response) => {
          if (error !== null) reject(this.#failure(path, error))
          else if (response === undefined) reject(new Error(`${path} answered nothing`))
          else resolve(response)
        },
      )
    })
  }

  #failure(path: string, error: ServiceError): Error {
    if (this.#killed) return new Lost()
    const { code, reason, message } = seenError(error)
    if (refusals.has(error.code)) return new Refused(code, reason, message)
    return new Error(`${path} failed: ${code} ${reason ?? ''} ${message}`)
  }
}

/** Codes that say no for a reason; all others are failures of the product. */
const refusals: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.ABORTED,
  status.RESOURCE_EXHAUSTED,
  status.OUT_OF_RANGE,
])

/** Processes that are kept from seed to seed, and one in reserve for the next that is killed. */
export class Agents {
  readonly #running: Agent[]
  #reserve: Agent
  #count = 0
  kills = 0

  constructor(size: number) {
    this.#running = Array.from({ length: size }, () => this.#start())
    this.#reserve = this.#start()
  }

  get all(): readonly Agent[] {
    return this.#running
  }

  at(index: number): Agent {
    const agent = this.#running[index]
    if (agent === undefined) throw new Error(`there is no process ${index}`)
    return agent
  }

  async open(url: string, oidc: OidcSettings): Promise<void> {
    await Promise.all(this.#running.map((agent) => agent.open(url, oidc)))
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((agent) => agent.close()))
  }

  /** Another one is in its place when it resolves, but not opened. */
  async kill(index: number): Promise<Agent> {
    const victim = this.at(index)
    this.#running[index] = this.#reserve
    this.#reserve = this.#start()
    this.kills++
    await victim.kill()
    return victim
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running, this.#reserve].map((agent) => agent.kill()))
  }

  #start(): Agent {
    return new Agent(`model ${++this.#count}`)
  }
}
