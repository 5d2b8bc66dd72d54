import pg from 'pg'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import type { TestIssuer } from '../../../backend/src/testing/issuer.ts'
import {
  makePeople,
  nameOf,
  type People,
  tellOfCompletion,
} from '../../../frontend/server/sockets/faults/testing/people.ts'
import { publicUrl, type System } from '../../../frontend/server/sockets/faults/testing/system.ts'
import { openSockets } from './all-sockets.ts'
import { durations, load, USERS, type Way } from './load.ts'
import { type Memory, reportsMemory } from './server-memory.ts'
import { clockMs } from './socket-messages.ts'
import type { ReceivedNotification } from './socket-process.ts'
import { untilReceived } from './until-received.ts'

export interface ProductMeasured {
  /** From the commit of the event; ascending. */
  readonly fromEventMs: readonly number[]
  /** From the commit of the inbox's row; ascending. */
  readonly fromRowMs: readonly number[]
  /** Of the frontend, for each idle socket. */
  readonly socketMemory: Memory
}

/** Ends of jobs to the sockets of their owners. */
export async function measureProduct(
  system: System,
  issuer: TestIssuer,
  durationMs: number,
): Promise<ProductMeasured> {
  await using started = new AsyncDisposableStack()
  const frontend = await system.startFrontend({ nodeArgs: reportsMemory })
  started.defer(() => void process.stderr.write(frontend.log()))
  const database = await createDataSource(system.databaseUrl).initialize()
  started.defer(() => database.destroy())
  const people = await makePeople(database, issuer.oidc.issuer, USERS)

  const sockets = await openSockets(started, frontend.process, {
    url: `ws://127.0.0.1:${frontend.port}/ws`,
    origin: publicUrl,
    tokens: await Promise.all(people.userIds.map((_, user) => issuer.tokenOf(nameOf(user)))),
  })

  const writer = new pg.Client({ connectionString: system.databaseUrl })
  await writer.connect()
  started.defer(() => writer.end())
  const committedMs = new Map<string, number>()
  const { messages, countsFromMs } = await load(durationMs, async (users) => {
    let atMs = 0
    const ids = await tellOfCompletion(writer, people, users, () => {
      atMs = clockMs()
    })
    for (const id of ids) committedMs.set(id, atMs)
  })
  const received = await untilReceived(sockets, messages)
  const ways = await waysOf(database, people, received, committedMs)
  return {
    fromEventMs: durations(ways.fromEvent, countsFromMs),
    fromRowMs: durations(ways.fromRow, countsFromMs),
    socketMemory: sockets.socketMemory,
  }
}

/** Every notification of the inboxes has to have come once, and in its order. */
async function waysOf(
  database: DataSource,
  { userIds }: People,
  received: readonly ReceivedNotification[],
  committedMs: ReadonlyMap<string, number>,
): Promise<{ fromEvent: Way[]; fromRow: Way[] }> {
  const aheadMs = await databaseAheadMs(database)
  const rows: { key: string; event_id: string; committed_ms: number }[] = await database.query(
    `select user_id || ' ' || sequence as key, event_id,
       extract(epoch from pg_xact_commit_timestamp(xmin))::double precision * 1000 as committed_ms
     from notifications`,
  )
  const rowOf = new Map(rows.map((row) => [row.key, row]))
  const lastOf = new Map<number, number>()
  const ways = received.map(({ user, sequence, atMs }) => {
    const row = rowOf.get(`${userIds[user]} ${sequence}`)
    const last = lastOf.get(user) ?? 0
    if (row === undefined || sequence !== last + 1)
      throw new Error(`a user was sent notification ${sequence} after ${last}`)
    lastOf.set(user, sequence)
    return {
      fromEvent: { fromMs: committedMs.get(row.event_id) ?? Number.NaN, toMs: atMs },
      fromRow: { fromMs: row.committed_ms - aheadMs, toMs: atMs },
    }
  })
  if (ways.length !== rows.length) throw new Error(`of ${rows.length} notifications ${ways.length} came`)
  return { fromEvent: ways.map((way) => way.fromEvent), fromRow: ways.map((way) => way.fromRow) }
}

/** The database's clock against ours, from the quickest of some answers. */
async function databaseAheadMs(database: DataSource): Promise<number> {
  let [quickestMs, aheadMs] = [Number.POSITIVE_INFINITY, 0]
  for (let time = 0; time < 50; time++) {
    const beginMs = clockMs()
    const [{ ms }] = await database.query(
      'select extract(epoch from clock_timestamp())::double precision * 1000 as ms',
    )
    const tookMs = clockMs() - beginMs
    if (tookMs < quickestMs) [quickestMs, aheadMs] = [tookMs, ms - beginMs - tookMs / 2]
  }
  return aheadMs
}
