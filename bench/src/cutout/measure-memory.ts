// Prints a MemoryMeasurement of one image. Runs in a process of its own: nothing else shall be in the peak.
import { setImmediate } from 'node:timers/promises'
import { openFileByteSource, openFileCutoutSink, openImage, writeCutout } from '@fairlead/backend/fits'
import { cutOut } from './cut-out.ts'
import type { MemoryMeasurement } from './measurement.ts'

const [output, image] = process.argv.slice(2)
if (output === undefined || image === undefined) throw new Error('Usage: measure-memory.ts OUTPUT IMAGE')

async function cutMost(): Promise<number> {
  const source = openFileByteSource(image ?? '', { blocking: true })
  const opened = await openImage(source)
  const { widthPx, heightPx } = opened.hdu
  const sink = await openFileCutoutSink(output ?? '', { blocking: true })
  // A gigabyte at most, so that the bench does not fill a disk.
  const box = { xMin: 2, xMax: widthPx - 1, yMin: 2, yMax: Math.min(heightPx - 1, 10_000) }
  const { sizeBytes } = await writeCutout(opened, box, sink, { sourceId: 'bench', region: 'RANGE' })
  await sink.close()
  await source.close()
  return sizeBytes
}

await setImmediate()
const idleBytes = process.memoryUsage().rss
const peakAboveIdle = (): number => Math.max(0, process.resourceUsage().maxRSS * 1024 - idleBytes)
for (let i = 0; i < 10; i++) await cutOut(image, output, 700 + 100 * i, 900)
const smallCutoutBytes = peakAboveIdle()
const largeOutputBytes = await cutMost()
const measured: MemoryMeasurement = { smallCutoutBytes, largeCutoutBytes: peakAboveIdle(), largeOutputBytes }
process.stdout.write(JSON.stringify(measured))
