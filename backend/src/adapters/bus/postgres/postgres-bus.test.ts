import pino from 'pino'
import { createTestDatabase } from '../../../testing/database.ts'
import { busContract } from '../contract.ts'
import { createPostgresBus } from './postgres-bus.ts'

const log = pino({ level: 'silent' })

busContract('PostgreSQL', async () => {
  const database = await createTestDatabase()
  return {
    dataSource: database.dataSource,
    open: () => createPostgresBus({ databaseUrl: database.url, dataSource: database.dataSource, log }),
    close: () => database.drop(),
  }
})
