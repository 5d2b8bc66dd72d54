import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const HEADER_BYTES = 12
const TYPE_A = 1
const TTL_SECONDS = 1

export interface NameServer {
  readonly port: number
  /** IPv4 addresses that any name stands for from now on. */
  addresses: readonly string[]
  close(): Promise<void>
}

/** A DNS server (RFC 1035) on the loopback, for which every name is the same. */
export async function nameServer(addresses: readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { address, port }) =>
    socket.send(answer(query, self.addresses), port, address),
  )
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const self: NameServer = {
    port: socket.address().port,
    addresses,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
  return self
}

function answer(query: Buffer, addresses: readonly string[]): Buffer {
  // After the header one question: a name as labels that end with an empty one, a type, a class.
  const nameEnd = query.indexOf(0, HEADER_BYTES) + 1
  const question = query.subarray(HEADER_BYTES, nameEnd + 4)
  const records = query.readUInt16BE(nameEnd) === TYPE_A ? addresses.map(record) : []
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  // An authoritative answer without error.
  header.writeUInt16BE(0x8400, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, question, ...records])
}

function record(address: string): Buffer {
  const bytes = Buffer.alloc(16)
  // The name of the question.
  bytes.writeUInt16BE(0xc000 + HEADER_BYTES, 0)
  bytes.writeUInt16BE(TYPE_A, 2)
  bytes.writeUInt16BE(1, 4)
  bytes.writeUInt32BE(TTL_SECONDS, 6)
  bytes.writeUInt16BE(4, 10)
  for (const [index, part] of address.split('.').entries()) bytes.writeUInt8(Number(part), 12 + index)
  return bytes
}
