import { execFile } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createGzip } from 'node:zlib'
import { createObjects } from '../../../backend/src/adapters/objects/create-objects.ts'
import { nodeOptions } from '../../../backend/src/node-options.ts'
import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { timed } from '../timed.ts'
import type { ScanMeasurement } from './scan-measurement.ts'

const MEGABYTE = 1e6
const FILE_BYTES = 256 * 2 ** 20
/** More than clamd takes as one stream: goes in pieces. */
const LONG_BYTES = 2 ** 31
const ROUNDS = 3

const execute = promisify(execFile)

/** Reads a file once for its digest, for what it holds and for clamd, against clamdscan --stream, which does the last alone. */
export async function run(): Promise<BenchReport> {
  const clamav = { host: process.env['CLAMAV_HOST'] ?? '', port: process.env['CLAMAV_PORT'] ?? '' }
  if (clamav.host === '' || clamav.port === '')
    throw new Error('scan needs a clamd: set CLAMAV_HOST and CLAMAV_PORT.')
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-scan-'))
  try {
    const { objects } = createObjects(
      { kind: 'filesystem', folder: join(folder, 'store') },
      Buffer.alloc(32, 1),
    )
    await objects.put('clean/small', Readable.from([Buffer.alloc(1000)]))
    const configuration = join(folder, 'clamd.conf')
    // Without its length, clamdscan sends the first 100 MB of a file and says nothing of the rest.
    await writeFile(configuration, `TCPAddr ${clamav.host}\nTCPSocket ${clamav.port}\nStreamMaxLength 1G\n`)
    const lines: BenchLine[] = []
    for (const { name, fileName, content } of contents) {
      const path = join(folder, fileName)
      const clamdscan = () => execute('clamdscan', [`--config-file=${configuration}`, '--stream', path])
      for (const known of [false, true]) {
        const ours: ScanMeasurement[] = []
        const theirs: number[] = []
        for (let round = 0; round < ROUNDS; round++) {
          // clamd remembers by its hash what it found nothing in, and only reads it the next time: either side has
          // contents of its own, of the same size. Those of the last round are known then.
          if (!known) {
            await pipeline(content(), createWriteStream(path))
            await objects.put(`clean/${fileName}`, content())
          }
          theirs.push(await timed(clamdscan))
          ours.push(await scanOnce(join(folder, 'store'), clamav, `clean/${fileName}`))
        }
        const { sizeBytes } = (await objects.head(`clean/${fileName}`)) ?? { sizeBytes: 0 }
        lines.push(...linesOf(known ? `${name}, seen before` : name, sizeBytes, ours, theirs))
      }
      await rm(path)
      await objects.delete(`clean/${fileName}`)
    }
    await objects.put('clean/long', noise(LONG_BYTES))
    const long = await scanOnce(join(folder, 'store'), clamav, 'clean/long')
    lines.push(
      {
        label: '2 GiB in pieces, which clamdscan cannot send',
        value: LONG_BYTES / MEGABYTE / (long.ms / 1000),
        unit: 'MB/s',
      },
      memoryLine('2 GiB in pieces', [long]),
    )
    await objects.close()
    return { name: 'scan', lines }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const contents = [
  { name: '256 MiB of noise', fileName: 'noise', content: () => noise(FILE_BYTES) },
  {
    name: '256 MiB, gzipped',
    fileName: 'noise.gz',
    content: () => noise(FILE_BYTES).pipe(createGzip({ level: 1 })),
  },
]

/** Drawn anew each run: a clamd that serves two runs would remember the contents of the first. */
const block = randomFillSync(Buffer.alloc(2 ** 20))
let made = 0

/** Of no kind that is known. Each is unlike any other in a few bytes alone, so that clamd has as much to do with each. */
function noise(sizeBytes: number): Readable {
  made += 1
  const head = Buffer.alloc(8)
  head.writeUInt32LE(made, 0)
  return Readable.from(
    (function* () {
      for (let left = sizeBytes, count = 0; left > 0; left -= block.length, count += 1) {
        // No two blocks alike.
        head.writeUInt32LE(count, 4)
        const next = Buffer.from(block.subarray(0, left))
        head.copy(next)
        yield next
      }
    })(),
  )
}

async function scanOnce(
  store: string,
  { host, port }: { readonly host: string; readonly port: string },
  key: string,
): Promise<ScanMeasurement> {
  const script = fileURLToPath(new URL('./scan-process.ts', import.meta.url))
  const { stdout } = await execute(process.execPath, [
    '--expose-gc',
    ...nodeOptions,
    script,
    store,
    host,
    port,
    'clean/small',
    key,
  ])
  return JSON.parse(stdout) as ScanMeasurement
}

function linesOf(
  name: string,
  sizeBytes: number,
  ours: readonly ScanMeasurement[],
  theirs: readonly number[],
): BenchLine[] {
  const speed = (ms: number) => sizeBytes / MEGABYTE / (ms / 1000)
  const value = speed(median(ours.map(({ ms }) => ms)))
  const reference = speed(median(theirs))
  return [
    {
      label: `${name}, against clamdscan --stream`,
      value,
      unit: 'MB/s',
      reference,
      ratio: value / reference,
      target: '>= 0.8',
    },
    memoryLine(name, ours),
  ]
}

function memoryLine(name: string, measured: readonly ScanMeasurement[]): BenchLine {
  return {
    label: `${name}: memory above idle`,
    value: Math.max(...measured.map(({ aboveIdleBytes }) => aboveIdleBytes)) / MEGABYTE,
    unit: 'MB',
    target: '<= 64 MB',
  }
}
