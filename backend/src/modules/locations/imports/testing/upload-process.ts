// Takes uploads as the backend does, and tells what memory that took: in a process of its own, as the memory of a
// test's process is that of all tests in it.
import { createDataSource } from '../../../../database/index.ts'
import { createLog } from '../../../../log.ts'
import { createHttpServer } from '../../../../server/http-server.ts'
import { createIdentityReader } from '../../../identity/index.ts'
import { DirectFixSink, KnownDevices } from '../../fixes/index.ts'
import { uploadRoute } from '../upload-route.ts'
import { UploadService } from '../upload-service.ts'

const { databaseUrl, signingKey } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
const log = createLog({ name: 'uploads', level: 'warn' })
const dataSource = await createDataSource(databaseUrl ?? '', { applicationName: 'uploads' }).initialize()
const sink = new DirectFixSink({ dataSource, log })
const identity = createIdentityReader(dataSource)
const uploads = new UploadService({ dataSource, identity, known: new KnownDevices(dataSource), sink, log })
const http = createHttpServer(
  [
    uploadRoute({
      uploads,
      signingKey: Buffer.from(signingKey ?? '', 'hex'),
      answer: async ({ accepted, rejected }) => JSON.stringify({ accepted, rejected }),
    }),
  ],
  log,
)
const port = await http.start({ host: '127.0.0.1', port: 0 })
const idleBytes = process.memoryUsage.rss()
process.on('message', async () => {
  // In KiB, by getrusage(2).
  process.send?.({ idleBytes, peakBytes: process.resourceUsage().maxRSS * 1024 })
  await http.stop()
  await sink.close()
  await dataSource.destroy()
  process.disconnect()
})
process.send?.({ port })
