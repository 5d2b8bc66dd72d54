import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ImmediateFile } from '../../modules/jobs/index.ts'
import { sendFile } from './send-file.ts'

let folder: string
let server: Server
let responses: ServerResponse[]
let ended = 0

const request = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n'

async function serve(sizeBytes: number): Promise<number> {
  const path = join(folder, 'cutout.fits')
  await writeFile(path, Buffer.alloc(sizeBytes))
  const file = { path, fileName: 'cutout.fits', mediaType: 'application/fits', sizeBytes } as ImmediateFile
  server.on('request', (incoming, response) => {
    responses.push(response)
    sendFile({ method: 'GET', request: incoming, response }, file).finally(() => ended++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-send-'))
  server = createServer()
  responses = []
  ended = 0
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

// More than the system holds between the two ends.
const COUNT = 32

it.each([
  ['in one piece', 4 * 1024 ** 2],
  ['as it is read', 4 * 1024 ** 2 + 1],
])(
  'a file sent %s is under way until the client has it, and no longer than the client is there',
  async (_how, sizeBytes) => {
    const port = await serve(sizeBytes)
    const client = connect(port, '127.0.0.1', () => client.write(request.repeat(COUNT)))
    await expect.poll(() => responses.filter(({ headersSent }) => headersSent).length).toBe(COUNT)
    await setImmediate()
    expect(ended).toBeLessThan(COUNT / 2)
    client.destroy()
    await expect.poll(() => ended).toBe(COUNT)
  },
)

it('a file that was read leaves its connection for the next request', async () => {
  const port = await serve(1_000_000)
  const client = connect(port, '127.0.0.1', () => client.write(request.repeat(3)))
  let bytes = 0
  client.on('data', (chunk) => {
    bytes += chunk.length
  })
  await expect.poll(() => ended).toBe(3)
  await expect.poll(() => bytes).toBeGreaterThan(3_000_000)
  client.destroy()
})
