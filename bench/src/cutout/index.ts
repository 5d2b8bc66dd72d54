import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BenchLine, BenchReport } from '../report.ts'
import { makeImage } from './make-image.ts'
import type { MemoryMeasurement, TimeMeasurement } from './measurement.ts'

const MEGABYTE = 1e6
/** Sides of float32 images of 64 MiB and of 2 GiB. */
const SMALL_PX = 4096
const LARGE_PX = 23_170

/** Cuts 512 x 512 pixels from a 64 MB and from a 2 GB image. */
export async function run(): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-cutout-'))
  try {
    const smallImage = join(folder, 'small.fits')
    const largeImage = join(folder, 'large.fits')
    const output = join(folder, 'cutout.fits')
    makeImage(smallImage, SMALL_PX)
    makeImage(largeImage, LARGE_PX)
    const [small, large] = await measured<[TimeMeasurement, TimeMeasurement]>('measure-time.ts', [
      output,
      smallImage,
      largeImage,
    ])
    const smallMemory = await measured<MemoryMeasurement>('measure-memory.ts', [output, smallImage])
    const largeMemory = await measured<MemoryMeasurement>('measure-memory.ts', [output, largeImage])
    return {
      name: 'cutout',
      lines: [
        compared('512 x 512 from 2 GB, against 64 MB', 'ms', large.cutoutMs, small.cutoutMs, '<= 1.3'),
        ...timeLines('64 MB', small),
        ...memoryLines('64 MB', smallMemory),
        ...timeLines('2 GB', large),
        ...memoryLines('2 GB', largeMemory),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measured<T>(script: string, args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, script), ...args])
  return JSON.parse(stdout) as T
}

function timeLines(size: string, time: TimeMeasurement): BenchLine[] {
  const read = time.bytesRead / MEGABYTE
  return [
    compared(
      `${size}: time, against pread of the rows and a write`,
      'ms',
      time.cutoutMs,
      time.referenceMs,
      '<= 3',
    ),
    { label: `${size}: first cutout of a fresh process`, value: time.firstMs, unit: 'ms' },
    compared(
      `${size}: bytes read, against the box's part of its rows`,
      'MB',
      read,
      time.rowBytes / MEGABYTE,
      '<= 1.2',
    ),
  ]
}

function memoryLines(size: string, memory: MemoryMeasurement): BenchLine[] {
  const large = Math.round(memory.largeOutputBytes / MEGABYTE)
  return [
    {
      label: `${size}: memory above idle`,
      value: memory.smallCutoutBytes / MEGABYTE,
      unit: 'MB',
      target: '<= 64 MB',
    },
    {
      label: `${size}: memory above idle for a cutout of ${large} MB`,
      value: memory.largeCutoutBytes / MEGABYTE,
      unit: 'MB',
      target: '<= 64 MB',
    },
  ]
}

function compared(label: string, unit: string, value: number, reference: number, target: string): BenchLine {
  return { label, value, unit, reference, ratio: value / reference, target }
}
