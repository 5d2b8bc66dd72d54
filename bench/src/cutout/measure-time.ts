// Prints a TimeMeasurement for each of the images named, which take turns so that a busy machine slows them alike.
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { median } from '../median.ts'
import { type Cut, cutOut, SIDE_PX } from './cut-out.ts'
import type { TimeMeasurement } from './measurement.ts'

const REPEATS = 61

const [output, ...images] = process.argv.slice(2)
if (output === undefined) throw new Error('Usage: measure-time.ts OUTPUT IMAGE...')

/** The floor: one pread for the box's part of each row, and one write of as many bytes as the cutout has. */
function plainCopy(image: string, target: string, { box, dataOffset, rowBytes, sizeBytes }: Cut): void {
  const from = openSync(image, 'r')
  const to = openSync(target, 'w')
  const bytes = Buffer.alloc(sizeBytes)
  const length = 4 * SIDE_PX
  for (let y = box.yMin, at = 0; y <= box.yMax; y++, at += length) {
    readSync(from, bytes, at, length, dataOffset + (y - 1) * rowBytes + 4 * (box.xMin - 1))
  }
  writeSync(to, bytes, 0, bytes.length, 0)
  closeSync(from)
  closeSync(to)
}

interface Times {
  image: string
  cutoutMs: number[]
  referenceMs: number[]
  bytesRead: number
}

const times: Times[] = images.map((image) => ({ image, cutoutMs: [], referenceMs: [], bytesRead: 0 }))
for (let i = 0; i <= REPEATS; i++) {
  // Another place each time, the same one in all images.
  const x = 400 + ((i * 911) % 3000)
  const y = 500 + ((i * 613) % 3000)
  for (const each of times) {
    const start = performance.now()
    const done = await cutOut(each.image, output, x, y)
    const middle = performance.now()
    plainCopy(each.image, output, done)
    each.cutoutMs.push(middle - start)
    each.referenceMs.push(performance.now() - middle)
    each.bytesRead = done.bytesRead
  }
}

const measured: TimeMeasurement[] = times.map(({ cutoutMs, referenceMs, bytesRead }) => ({
  firstMs: cutoutMs[0] ?? Number.NaN,
  cutoutMs: median(cutoutMs.slice(1)),
  referenceMs: median(referenceMs.slice(1)),
  bytesRead,
  rowBytes: 4 * SIDE_PX * SIDE_PX,
}))
process.stdout.write(JSON.stringify(measured))
