import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { ScanFailed, ScannerUnavailable } from '../../../ports/scanner.ts'
import { ClamavScanner, type ClamavScannerOptions } from './clamav-scanner.ts'
import { clamavTestOptions, eicar, missingClamavSettings } from './clamav-test-server.ts'

const missing = missingClamavSettings()

/** Zeros, but for what is put into them. */
function zeros(sizeBytes: number, put: readonly { at: number; bytes: Buffer }[] = []): Buffer {
  const content = Buffer.alloc(sizeBytes)
  for (const { at, bytes } of put) bytes.copy(content, at)
  return content
}

function scan(scanner: ClamavScanner, content: Buffer, chunkBytes = 64 * 1024) {
  const chunks = Array.from({ length: Math.ceil(content.length / chunkBytes) }, (_, index) =>
    content.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
  return scanner.scan({ content: Readable.from(chunks), sizeBytes: content.length })
}

if (missing.length === 0) {
  describe('scanner/clamav', () => {
    const scanner = new ClamavScanner(clamavTestOptions())

    test('finds nothing in what holds nothing, and says who looked', async () => {
      const told: number[] = []
      const verdict = await scanner.scan({
        content: Readable.from([Buffer.from('nothing '), Buffer.from('bad')]),
        sizeBytes: 11,
        onProgress: (bytes) => told.push(bytes),
      })
      expect(verdict).toMatchObject({ state: 'CLEAN', signature: '' })
      expect(verdict.engine).toMatch(/^ClamAV \d/)
      expect(told).toEqual([8, 11])
      expect(await scanner.version()).toMatchObject({ engine: verdict.engine })
    })

    test("finds what every scanner's test file holds", async () => {
      const verdict = await scan(scanner, eicar(), 7)
      expect(verdict).toMatchObject({ state: 'INFECTED' })
      expect(verdict.signature).toMatch(/eicar/i)
    })

    // The server's one test signature is found anywhere in data of no known kind.
    test.each([
      ['the first', 1000],
      ['the last', 2_200_000],
      ['where two meet', 2 ** 20 - 30],
      ['just behind where two meet', 2 ** 20],
    ])('finds it in %s of several pieces', async (_name, at) => {
      const pieces = new ClamavScanner({
        ...clamavTestOptions(),
        streamBytes: 2 ** 20,
        overlapBytes: 2 ** 17,
      })
      const verdict = await scan(pieces, zeros(2_300_000, [{ at, bytes: eicar() }]))
      expect(verdict).toMatchObject({ state: 'INFECTED' })
    })

    test('tells of what is too long to be looked into in one piece', async () => {
      const small = new ClamavScanner({ ...clamavTestOptions(), streamBytes: 1000 })
      const verdict = await small.scan({
        content: Readable.from([Buffer.alloc(1001)]),
        sizeBytes: 1001,
        whole: true,
      })
      expect(verdict).toMatchObject({ state: 'CLEAN', unread: 'LIMITS' })
    })

    test('ends with its caller, in the middle', async () => {
      const stop = new AbortController()
      async function* endless() {
        for (let count = 0; ; count += 1) {
          if (count === 10) stop.abort(new Error('enough'))
          yield Buffer.alloc(65_536)
        }
      }
      const content = Readable.from(endless())
      await expect(
        scanner.scan({ content, sizeBytes: Number.MAX_SAFE_INTEGER, signal: stop.signal }),
      ).rejects.toThrow('enough')
      expect(content.destroyed).toBe(true)
    })

    test('hands on that the content could not be read', async () => {
      async function* broken() {
        yield Buffer.from('some')
        throw new Error('the store is gone')
      }
      await expect(scanner.scan({ content: Readable.from(broken()), sizeBytes: 10 })).rejects.toThrow(
        'the store is gone',
      )
    })
  })
} else {
  test.skip(`scanner/clamav needs a clamd: set ${missing.join(', ')}`, () => undefined)
}

describe('a clamd that goes wrong', () => {
  const releasers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const release of releasers.splice(0)) await release()
  })

  /** Answers VERSION, and INSTREAM as told. */
  async function clamd(instream: (socket: Socket) => void): Promise<ClamavScannerOptions> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('data', (data) => {
        if (data.toString().startsWith('zVERSION'))
          socket.end('ClamAV 1.4.3/27420/Sun Nov 22 08:37:50 2026\0')
        else instream(socket)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    releasers.push(() => {
      for (const socket of sockets) socket.destroy()
      return server[Symbol.asyncDispose]()
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the server has no port')
    return { host: '127.0.0.1', port: address.port, streamBytes: 2 ** 30 }
  }

  test('is away when nothing listens', async () => {
    const options = await clamd(() => undefined)
    for (const release of releasers.splice(0)) await release()
    await expect(new ClamavScanner(options).version()).rejects.toThrow(ScannerUnavailable)
    await expect(scan(new ClamavScanner(options), Buffer.alloc(10))).rejects.toThrow(ScannerUnavailable)
  })

  test('is away when it hangs up in the middle', async () => {
    const scanner = new ClamavScanner(await clamd((socket) => socket.destroy()))
    await expect(scan(scanner, Buffer.alloc(50_000_000))).rejects.toThrow(ScannerUnavailable)
  })

  test('is away when it takes no more, or says nothing', async () => {
    const options = await clamd((socket) => socket.pause())
    const scanner = new ClamavScanner({ ...options, times: { answerMs: 50, verdictMs: 50 } })
    await expect(scan(scanner, Buffer.alloc(50_000_000))).rejects.toThrow(ScannerUnavailable)
    await expect(scan(scanner, Buffer.alloc(10))).rejects.toThrow('was silent for 0.05 s')
  })

  test.each([
    ['INSTREAM size limit exceeded. ERROR', 'FAIRLEAD_CLAMAV_STREAM_BYTES'],
    ["stream: Can't allocate memory ERROR", "clamd answered: Can't allocate memory."],
    ['UNKNOWN COMMAND', 'clamd answered: UNKNOWN COMMAND.'],
  ])('has no verdict when it answers %s', async (answer, failure) => {
    const scanner = new ClamavScanner(await clamd((socket) => socket.end(`${answer}\0`)))
    const failed = scan(scanner, Buffer.alloc(10))
    await expect(failed).rejects.toThrow(ScanFailed)
    await expect(failed).rejects.toThrow(failure)
  })

  test.each([
    ['Heuristics.Encrypted.Zip', { state: 'CLEAN', unread: 'ENCRYPTED' }],
    ['Heuristics.Limits.Exceeded.MaxRecursion', { state: 'CLEAN', unread: 'LIMITS' }],
    ['Win.Trojan.X', { state: 'INFECTED', signature: 'Win.Trojan.X' }],
  ])('understands the finding %s', async (name, verdict) => {
    const scanner = new ClamavScanner(await clamd((socket) => socket.end(`stream: ${name} FOUND\0`)))
    expect(await scan(scanner, Buffer.alloc(10))).toMatchObject({
      ...verdict,
      engine: 'ClamAV 1.4.3',
      signatureVersion: '27420',
    })
    expect((await scanner.version()).signatureTime).toEqual(new Date('2026-11-22T08:37:50Z'))
  })
})
