// A process of many watchers on one connection: says when all of them have received an event.
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { type Received, readSequence, type WatchersOptions } from './watcher-messages.ts'

process.once('message', ({ address, path, request, authorization, messages, count }: WatchersOptions) => {
  const client = new Client(address, credentials.createInsecure(), { 'grpc-node.max_session_memory': 64 })
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  const received = new Map<number, number>()
  let begun = 0
  for (let watcher = 0; watcher < count; watcher++) {
    let last = -1
    const stream = client.makeServerStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      messages === 'JobEvent' ? readSequence : () => 0,
      Buffer.from(request, 'base64'),
      metadata,
    )
    stream.on('data', (sequence: number) => {
      if (last === -1) {
        last = 0
        if (++begun === count) tell({ sequence: 0, atNs: '' })
      }
      if (sequence === 0) return
      if (last > 0 && sequence !== last + 1) throw new Error(`${sequence} came after ${last}`)
      last = sequence
      const times = (received.get(sequence) ?? 0) + 1
      received.set(sequence, times)
      if (times < count) return
      received.delete(sequence)
      tell({ sequence, atNs: String(process.hrtime.bigint()) })
    })
    stream.on('error', (error) => {
      throw error
    })
  }
})
process.on('disconnect', () => process.exit())

function tell(received: Received): void {
  process.send?.(received)
}
