// The reference: a grpc-js server that writes each event to all of its streams, and does nothing else.
import {
  type JobEvent,
  JobServiceService,
  type WatchJobRequest,
} from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Server, ServerCredentials, type ServerWritableStream, type ServiceDefinition } from '@grpc/grpc-js'
import type { BareEvent, BareWritten } from './bare-messages.ts'

const streams = new Set<ServerWritableStream<WatchJobRequest, JobEvent>>()
const server = new Server({ 'grpc-node.max_session_memory': 64 })
const service: ServiceDefinition = { watchJob: JobServiceService.watchJob }
server.addService(service, {
  watchJob(stream: ServerWritableStream<WatchJobRequest, JobEvent>) {
    streams.add(stream)
    stream.on('cancelled', () => streams.delete(stream))
    stream.write({ sequence: 0n, time: new Date(), event: { $case: 'heartbeat', value: {} } })
  },
})
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error
  process.send?.(port)
})
process.on('message', ({ sequence, progress }: BareEvent) => {
  const event: JobEvent = {
    sequence: BigInt(sequence),
    time: new Date(),
    event: { $case: 'progress', value: progress },
  }
  const written: BareWritten = { sequence, atNs: String(process.hrtime.bigint()) }
  for (const stream of streams) stream.write(event)
  process.send?.(written)
})
process.on('disconnect', () => process.exit())
