import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Installation } from '../harness/installation.ts'
import { PortForward } from '../harness/port-forward.ts'

const POSTGRES_PORT = 5432

/** The installation's database, as the backend sees it, through a port-forward. */
export function withDatabase<Result>(
  installation: Installation,
  use: (database: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withDatabaseUrl(installation, async (connectionString) => {
    const database = new pg.Client({ connectionString })
    await database.connect()
    try {
      return await use(database)
    } finally {
      await database.end()
    }
  })
}

export async function withDatabaseUrl<Result>(
  { kubectl, namespace }: Installation,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const port = await freePort()
  const forward = await PortForward.start(kubectl, {
    component: 'postgres',
    port,
    podPort: POSTGRES_PORT,
    pidFile: join(tmpdir(), `${namespace}-postgres-port-forward.pid`),
  })
  try {
    const url = new URL(await secret(kubectl, 'fairlead-database', 'url'))
    url.hostname = '127.0.0.1'
    url.port = String(port)
    return await use(url.href)
  } finally {
    await forward.stop()
  }
}

export async function secret(kubectl: Installation['kubectl'], name: string, key: string): Promise<string> {
  const { data } = await kubectl.json<{ data: Readonly<Record<string, string>> }>(['get', 'secret', name])
  const value = data[key]
  if (value === undefined) throw new Error(`the secret ${name} has no ${key}`)
  return Buffer.from(value, 'base64').toString()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}
