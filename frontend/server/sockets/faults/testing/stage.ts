import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { createDataSource } from '../../../../../backend/src/database/index.ts'
import { startTestIssuer } from '../../../../../backend/src/testing/issuer.ts'
import { startPostgresServer } from '../../../../../backend/src/testing/postgres-server.ts'
import { count, inOrder, print } from './counted.ts'
import { type LivePage, openLivePages } from './live-pages.ts'
import { makePeople, nameOf, type People, tellOfCompletion } from './people.ts'
import { ensurePages, type Frontend, type System, startSystem } from './system.ts'
import { TcpProxy } from './tcp-proxy.ts'

const MESSAGES_PER_SECOND = 100
const BATCHES_PER_SECOND = 20

export interface StageOptions {
  readonly pages: number
  /** The bus; PostgreSQL when there is none. */
  readonly amqpUrl?: string | undefined
}

/** A whole system with people who look at pages, and a bus that can be cut off its frontends. */
export class Stage {
  /** Between frontends and what they hear of messages by. */
  readonly bus: TcpProxy
  readonly #system: System
  readonly #busUrl: string
  readonly #people: People
  readonly #tokens: readonly string[]
  readonly #writer: pg.Client
  /** To each. */
  readonly #sent: number[]

  private constructor(
    bus: TcpProxy,
    system: System,
    people: People,
    tokens: readonly string[],
    writer: pg.Client,
  ) {
    this.bus = bus
    this.#system = system
    this.#busUrl = busVariableOf(system)
    this.#people = people
    this.#tokens = tokens
    this.#writer = writer
    this.#sent = tokens.map(() => 0)
  }

  static async start(started: AsyncDisposableStack, { pages, amqpUrl }: StageOptions): Promise<Stage> {
    await ensurePages()
    const postgres = await startPostgresServer()
    started.defer(() => postgres.stop())
    const issuer = await startTestIssuer()
    started.defer(() => issuer.stop())
    await issuer.rotate('ES256')
    const system = await startSystem(started, { postgres, issuer, name: 'faults', amqpUrl })
    const dataSource = await createDataSource(system.databaseUrl).initialize()
    started.defer(() => dataSource.destroy())
    const people = await makePeople(dataSource, issuer.oidc.issuer, pages)
    const tokens = await Promise.all(people.userIds.map((_, user) => issuer.tokenOf(nameOf(user))))
    const writer = new pg.Client({ connectionString: system.databaseUrl })
    await writer.connect()
    started.defer(() => writer.end())
    const bus = await TcpProxy.start(
      started,
      Number(new URL(system.busSettings[busVariableOf(system)] ?? '').port),
    )
    return new Stage(bus, system, people, tokens, writer)
  }

  startFrontend(): Promise<Frontend> {
    const url = new URL(this.#system.busSettings[this.#busUrl] ?? '')
    url.host = `127.0.0.1:${this.bus.port}`
    return this.#system.startFrontend({ env: { [this.#busUrl]: url.href } })
  }

  /** Everyone's page; resolves when all are live. */
  async openPages(started: AsyncDisposableStack, port: number): Promise<LivePage[]> {
    const pages = await openLivePages(started, {
      socketUrl: `ws://127.0.0.1:${port}/ws`,
      grpcAddress: this.#system.grpcAddress,
      tokens: this.#tokens,
    })
    await expect.poll(() => pages.every((page) => page.state() === 'live'), { timeout: 60_000 }).toBe(true)
    return pages
  }

  /** Sends to random people until told to stop. */
  keepSending(started: AsyncDisposableStack): { stop(): Promise<void> } {
    const stopped = new AbortController()
    const sending = this.#sendUntil(stopped.signal)
    const stop = async () => {
      stopped.abort()
      await sending
    }
    started.defer(stop)
    return { stop }
  }

  async #sendUntil(stopped: AbortSignal): Promise<void> {
    const people = this.#sent.length
    while (!stopped.aborted) {
      const batch = Array.from({ length: MESSAGES_PER_SECOND / BATCHES_PER_SECOND }, () =>
        Math.floor(Math.random() * people),
      )
      await tellOfCompletion(this.#writer, this.#people, batch)
      for (const user of batch) this.#sent[user] = (this.#sent[user] ?? 0) + 1
      await setTimeout(1000 / BATCHES_PER_SECOND)
    }
  }

  /** Waits until everything has come, and prints and checks what came. */
  async expectEverythingOnce(what: string, pages: readonly LivePage[]): Promise<void> {
    const sequences = pages.map((page) => page.sequences)
    await expect.poll(() => count(this.#sent, sequences).missing, { timeout: 30_000 }).toBe(0)
    const counted = count(this.#sent, sequences)
    print(what, counted)
    expect(counted).toMatchObject({ received: counted.sent, missing: 0, repeated: 0 })
    expect(inOrder(sequences)).toBe(true)
    expect(pages.flatMap(({ surprises }) => surprises)).toEqual([])
  }
}

function busVariableOf({ busSettings }: System): string {
  return 'AMQP_URL' in busSettings ? 'AMQP_URL' : 'FAIRLEAD_PUSH_DATABASE_URL'
}

/** How many have come to all pages together. */
export const received = (pages: readonly LivePage[]) =>
  pages.reduce((sum, { sequences }) => sum + sequences.length, 0)
