import { createHash } from 'node:crypto'
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningEnvoy, runEnvoy } from '../testing/envoy.ts'
import { frame, httpUpstream, type Upstream } from '../testing/upstreams.ts'

/** Files that methods stream as google.api.HttpBody, through a real Envoy. */
let envoy: RunningEnvoy
let upstream: FileUpstream
let others: Upstream[]

const unarySeconds = 1
const PIECE = 65_536
const type = 'text/csv; charset=utf-8'

beforeAll(async () => {
  upstream = await fileUpstream()
  others = await Promise.all(['backend-http', 'frontend'].map(httpUpstream))
  const [backend, frontend] = others
  const at = ({ port }: { port: number }) => ({ host: '127.0.0.1', port })
  envoy = await runEnvoy({
    backendGrpc: at(upstream),
    backendHttp: at(backend!),
    frontend: at(frontend!),
    unarySeconds,
    streamIdleSeconds: 3,
  })
})

afterAll(async () => {
  await envoy.stop()
  await Promise.all([upstream, ...others].map((each) => each.close()))
})

interface FileUpstream extends Upstream {
  /** Of the last file: bytes that were taken from it. */
  sentBytes(): number
}

/** What is sent as the piece with this number. */
function piece(index: number): Buffer {
  return Buffer.alloc(PIECE, `piece ${index}\n`)
}

function httpBody(data: Uint8Array): Buffer {
  return frame(new BinaryWriter().uint32(10).string(type).uint32(18).bytes(data).finish())
}

function takenOrGone(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle)
      resolve()
    }
    stream.on('drain', settle).on('close', settle)
  })
}

/**
 * A gRPC server that answers every method with a file, by the organisation that the request begins with: "large" has
 * 40 MiB, "slow" a pause longer than calls may take, "refused" is none, "broken" fails after its beginning, "endless"
 * goes on as long as somebody takes it.
 */
async function fileUpstream(): Promise<FileUpstream> {
  let sentBytes = 0
  const sessions = new Set<ServerHttp2Session>()
  const server: Http2Server = createServer()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  const send = async (stream: ServerHttp2Stream, data: Uint8Array) => {
    sentBytes += data.length
    if (stream.write(httpBody(data))) return
    if (!stream.destroyed) await takenOrGone(stream)
  }
  const answer = async (stream: ServerHttp2Stream, asked: string) => {
    const start = { ':status': 200, 'content-type': 'application/grpc' }
    const refusal = { 'grpc-status': '3', 'grpc-message': 'format: is needed' }
    sentBytes = 0
    if (asked.includes('organizations/refused')) {
      stream.respond({ ...start, ...refusal }, { endStream: true })
      return
    }
    const broken = asked.includes('organizations/broken')
    stream.respond(start, { waitForTrailers: true })
    stream.on('wantTrailers', () =>
      stream.sendTrailers(broken ? { 'grpc-status': '14', 'grpc-message': 'gone' } : { 'grpc-status': '0' }),
    )
    const pieces = asked.includes('organizations/large')
      ? 640
      : asked.includes('organizations/endless')
        ? Number.POSITIVE_INFINITY
        : 3
    for (let index = 0; index < pieces && !stream.destroyed; index++) {
      await send(stream, piece(index))
      if (index === 1 && asked.includes('organizations/slow')) await setTimeout(1_500 * unarySeconds)
    }
    // As the backend tells that a file breaks off: a message that is none. Of the status Envoy says nothing any more.
    if (broken) stream.write(frame(Buffer.from([0x0a, 0x7f])))
    stream.end()
  }
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    if (headers[':path'] === '/grpc.health.v1.Health/Check') {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(frame(Buffer.from([0x08, 0x01])))
      return
    }
    let asked = ''
    stream.on('data', (chunk: Buffer) => {
      asked += chunk.toString('latin1')
    })
    stream.on('end', () => answer(stream, asked))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sentBytes: () => sentBytes,
    close: () => {
      for (const session of sessions) session.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const download = (organization: string) =>
  fetch(
    `${envoy.url}/api/v1/organizations/${organization}/creditStatement:export?format=EXPORT_FORMAT_CSV&kinds=TRANSACTION_KIND_TRANSFER`,
  )

describe('a file by the JSON interface', () => {
  test('is the file itself, of its type, larger than any other answer', async () => {
    const response = await download('large')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    const hash = createHash('sha256')
    for (let index = 0; index < 640; index++) hash.update(piece(index))
    const content = Buffer.from(await response.arrayBuffer())
    expect(content.length).toBe(640 * PIECE)
    expect(createHash('sha256').update(content).digest('hex')).toBe(hash.digest('hex'))
  })

  test('is saved rather than shown', async () => {
    const response = await download('small')
    expect(response.headers.get('content-disposition')).toBe('attachment')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    await response.body?.cancel()
  })

  test('takes as long as it takes', async () => {
    const content = Buffer.from(await (await download('slow')).arrayBuffer())
    expect(content.length).toBe(3 * PIECE)
  })

  test('that is refused is an error with its status', async () => {
    const response = await download('refused')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 3, message: 'format: is needed' })
  })

  test('that breaks off is not taken for whole', async () => {
    await expect(download('broken').then((response) => response.arrayBuffer())).rejects.toThrow()
  })

  test('is read no faster than it is taken', async () => {
    const response = await download('endless')
    const reader = response.body!.getReader()
    await reader.read()
    let before = -1
    while (upstream.sentBytes() !== before) {
      before = upstream.sentBytes()
      await setTimeout(200)
    }
    expect(before).toBeLessThan(32 * 1024 ** 2)
    await reader.cancel()
  })

  test('is asked for by a method of the contract alone', async () => {
    expect((await fetch(`${envoy.url}/api/v1/organizations/a/unknown:export`)).status).toBe(404)
  })
})

test('a file by gRPC-web comes in messages', async () => {
  const request = new BinaryWriter().uint32(10).string('organizations/large').uint32(16).int32(1).finish()
  const response = await fetch(`${envoy.url}/grpc/fairlead.credits.v1.CreditService/ExportStatement`, {
    method: 'POST',
    headers: { 'content-type': 'application/grpc-web+proto', 'x-grpc-web': '1' },
    body: frame(request),
  })
  expect(response.headers.get('content-type')).toBe('application/grpc-web+proto')
  const content = Buffer.from(await response.arrayBuffer())
  let messages = 0
  for (let at = 0; at < content.length; at += 5 + content.readUInt32BE(at + 1)) {
    if (content[at] === 0) messages++
    else expect(content.toString('latin1', at + 5)).toContain('grpc-status:0')
  }
  expect(messages).toBe(640)
})
