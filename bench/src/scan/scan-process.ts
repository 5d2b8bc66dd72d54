// Scans an object as a worker does, and prints a ScanMeasurement. Runs in a process of its own, for its memory.
import { createObjects } from '../../../backend/src/adapters/objects/create-objects.ts'
import { ClamavScanner } from '../../../backend/src/adapters/scanner/clamav/index.ts'
import { scanContent } from '../../../backend/src/modules/files/scanning/scan-content.ts'
import type { ScanMeasurement } from './scan-measurement.ts'

const [folder = '', host = '', port = '', ...keys] = process.argv.slice(2)
const { objects } = createObjects({ kind: 'filesystem', folder }, Buffer.alloc(32, 1))
const scanner = new ClamavScanner({ host, port: Number(port), streamBytes: 2 ** 30 })

async function scan(key: string): Promise<number> {
  const beginMs = performance.now()
  const info = await objects.head(key)
  const outcome = await scanContent({
    content: await objects.get(key),
    sizeBytes: info?.sizeBytes ?? 0,
    policy: { encryptedArchives: 'REJECT', maxUnpackedBytes: 2n ** 40n },
    scanner,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  if (outcome.state !== 'CLEAN') throw new Error(`${key} is ${outcome.state}`)
  return performance.now() - beginMs
}

const [small = '', large = ''] = keys
await scan(small)
globalThis.gc?.()
const idleBytes = process.memoryUsage().rss
const peak = { bytes: idleBytes }
const sampling = setInterval(() => {
  peak.bytes = Math.max(peak.bytes, process.memoryUsage().rss)
}, 20)
const ms = await scan(large)
clearInterval(sampling)
const measured: ScanMeasurement = { ms, aboveIdleBytes: peak.bytes - idleBytes }
process.stdout.write(JSON.stringify(measured))
await objects.close()
