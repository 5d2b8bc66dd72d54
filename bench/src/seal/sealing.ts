// The worker's sealer alone, until it is told to stop.
import { once } from 'node:events'
import { pino } from 'pino'
import { createDataSource } from '../../../backend/src/database/index.ts'
import { createSealer } from '../../../backend/src/modules/credits/sealing/index.ts'

const [, , databaseUrl = ''] = process.argv
const dataSource = await createDataSource(databaseUrl, { poolSize: 1 }).initialize()
const sealer = createSealer({ dataSource, log: pino({ level: 'warn' }, pino.destination(2)) })
const stopped = once(process, 'SIGTERM')
await sealer.start()
process.send?.('sealing')
await stopped
await sealer.stop()
await dataSource.destroy()
process.disconnect()
