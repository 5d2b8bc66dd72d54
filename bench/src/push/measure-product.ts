import pg from 'pg'
import type { DataSource } from 'typeorm'
import { createDataSource } from '../../../backend/src/database/index.ts'
import type { TestIssuer } from '../../../backend/src/testing/issuer.ts'
import { durations, load, USERS, type Way } from './load.ts'
import { makePeople, nameOf, type People } from './people.ts'
import { type Product, publicUrl } from './product.ts'
import { clockMs } from './socket-messages.ts'
import { type ReceivedNotification, SocketProcesses } from './socket-processes.ts'
import { untilReceived } from './until-received.ts'

export interface ProductMeasured {
  /** From the commit of the event; ascending. */
  readonly fromEventMs: readonly number[]
  /** From the commit of the inbox's row; ascending. */
  readonly fromRowMs: readonly number[]
  /** Of the frontend, for each idle socket. */
  readonly socketBytes: number
}

/** Ends of jobs to the sockets of their owners. */
export async function measureProduct(
  { databaseUrl, socketUrl, frontend }: Product,
  issuer: TestIssuer,
  durationMs: number,
): Promise<ProductMeasured> {
  await using started = new AsyncDisposableStack()
  const database = await createDataSource(databaseUrl).initialize()
  started.defer(() => database.destroy())
  const people = await makePeople(database, issuer.oidc.issuer, USERS)

  const idleBytes = await frontend.memoryBytes()
  const sockets = await SocketProcesses.open({
    url: socketUrl,
    origin: publicUrl,
    tokens: await Promise.all(people.userIds.map((_, user) => issuer.tokenOf(nameOf(user)))),
  })
  started.defer(() => sockets.close())
  const socketBytes = ((await frontend.memoryBytes()) - idleBytes) / USERS

  const writer = new pg.Client({ connectionString: databaseUrl })
  await writer.connect()
  started.defer(() => writer.end())
  const committedMs = new Map<string, number>()
  const { messages, countsFromMs } = await load(durationMs, async (users) => {
    for (const [id, atMs] of await commitEvents(writer, people, users)) committedMs.set(id, atMs)
  })
  const received = await untilReceived(sockets, messages)
  const ways = await waysOf(database, people, received, committedMs)
  return {
    fromEventMs: durations(ways.fromEvent, countsFromMs),
    fromRowMs: durations(ways.fromRow, countsFromMs),
    socketBytes,
  }
}

/** What a change of a job to COMPLETED writes, for several jobs in one transaction; when its COMMIT began. */
async function commitEvents(
  writer: pg.Client,
  { jobIds }: People,
  users: readonly number[],
): Promise<[id: string, atMs: number][]> {
  await writer.query('begin')
  const { rows } = await writer.query<{ id: string }>({
    name: 'events',
    text: `insert into outbox (routing_key, payload)
      select 'jobs.completed.' || organization_id,
        jsonb_build_object('job', id, 'organization', organization_id, 'owner', owner_id, 'service', service,
          'run_id', run_id, 'phase', phase, 'version', version, 'sequence', last_sequence, 'error_reason', null,
          'error_message', null, 'phase_reason', null, 'phase_message', null, 'task_count', task_count,
          'tasks_failed', tasks_failed, 'actor', null)
      from unnest($1::uuid[]) as ended (id) join jobs using (id)
      returning id`,
    values: [users.map((user) => jobIds[user])],
  })
  const atMs = clockMs()
  await writer.query('commit')
  return rows.map(({ id }) => [String(id), atMs])
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
