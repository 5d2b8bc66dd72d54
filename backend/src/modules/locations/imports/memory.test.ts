import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeOptions } from '../../../node-options.ts'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { readSeed, seedIdentity } from '../../identity/index.ts'
import { rows } from '../sql.ts'
import { ImportService } from './import-service.ts'
import { addMissingDevices } from './missing-devices.ts'

/** FAIRLEAD_IMPORT_BYTES=5000000000 sends five gigabytes: what memory it takes is the same, as this shows sooner. */
const FILE_BYTES = Number(process.env['FAIRLEAD_IMPORT_BYTES'] ?? 48_000_000)
const MEMORY_MAX_BYTES = 128 * 1024 * 1024
const ROWS_OF_CHUNK = 500
/** Fixes of one logger, a second apart. */
const BEGIN_MS = Date.UTC(2010, 0, 1)

const signingKey = Buffer.alloc(32, 7)
let database: TestDatabase
let server: ChildProcess
let origin: string
beforeAll(async () => {
  database = await createTestDatabase()
  const databaseUrl = database.url
  const entry = new URL('./testing/upload-process.ts', import.meta.url)
  const options = JSON.stringify({ databaseUrl, signingKey: signingKey.toString('hex') })
  server = fork(entry, [options], { execArgv: [...nodeOptions] })
  const [{ port }] = await once(server, 'message')
  origin = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  if (server.exitCode === null && server.connected) {
    server.kill()
    await once(server, 'exit')
  }
  await database.drop()
})

/** Rows of what a logger tells beside a fix, which is most of its file. */
function* csv(bytes: number): Generator<Buffer> {
  const others = Array.from({ length: 16 }, (_, index) => `column ${index}`)
  let sent = 0
  let row = 0
  const piece = (text: string) => {
    const buffer = Buffer.from(text)
    sent += buffer.length
    return buffer
  }
  yield piece(`lat,lng,time,device,${others.join(',')}\r\n`)
  const values = others.map((name) => `"some value of ${name}"`).join(',')
  while (sent < bytes) {
    let text = ''
    for (let index = 0; index < ROWS_OF_CHUNK; index++, row++) {
      const time = new Date(BEGIN_MS + row * 1000).toISOString()
      // Every thousandth has no place.
      const latitude = row % 1000 === 0 ? '' : (47 + (row % 10_000) / 100_000).toFixed(6)
      text += `${latitude},8.500000,${time},logger,${row % 100 === 0 ? values : values.replaceAll('"', '')}\r\n`
    }
    yield piece(text)
  }
}

test('a file of any size takes as much memory as a small one', {
  timeout: 20_000 + FILE_BYTES / 1_000,
}, async () => {
  const { dataSource } = database
  const members = [{ email: 'ann@example.org', role: 'SUBMITTER' }]
  await seedIdentity(
    dataSource,
    readSeed({ organizations: [{ slug: 'lab', displayName: 'Lab', kind: 'MEMBER', members }] }),
  )
  const [found] = await rows<{ organization: string; member: string }>(
    dataSource,
    'select organizations.id as organization, users.id as member from organizations, users',
    [],
  )
  const organizationId = found!.organization
  await addMissingDevices(dataSource, organizationId, ['logger'])
  await dataSource.query('insert into location_policies (organization_id, retention_days) values ($1, 0)', [
    organizationId,
  ])
  const imports = new ImportService({ dataSource, signingKey, stopReading: () => undefined })
  const { uploadUri } = await imports.create(
    {
      organizationId,
      creatorId: found!.member,
      fileName: 'logger.csv',
      format: undefined,
      deviceId: undefined,
      createMissing: false,
      timeZone: '',
      sizeBytes: 0,
    },
    false,
  )
  const body = Readable.toWeb(Readable.from(csv(FILE_BYTES), { highWaterMark: 2 }))
  const response = await fetch(origin + uploadUri, { method: 'PUT', body, duplex: 'half' } as RequestInit)
  const counts = (await response.json()) as { accepted: number; rejected: number }
  const [stored] = await rows<{ count: number }>(dataSource, 'select count(*)::int as count from fixes', [])
  expect(counts.accepted).toBe(stored!.count)
  expect(counts.rejected).toBeCloseTo(counts.accepted / 999, -1)
  server.send('figures')
  const [{ idleBytes, peakBytes }] = await once(server, 'message')
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
  const figures = `${stored!.count} fixes of ${FILE_BYTES} bytes: ${megabytes(idleBytes)} idle, ${megabytes(peakBytes)} at most`
  expect(peakBytes - idleBytes, figures).toBeLessThan(MEMORY_MAX_BYTES)
  if (process.env['FAIRLEAD_IMPORT_BYTES'] !== undefined) process.stdout.write(`${figures}\n`)
})
