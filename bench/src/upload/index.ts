import { median } from '../median.ts'
import type { BenchLine, BenchReport } from '../report.ts'
import { madeFile } from './made-file.ts'
import { type MeasuredUploads, measureUploads } from './measure-uploads.ts'
import { storesAtHand } from './stores.ts'

const SIZE_BYTES = 2 * 1024 ** 3
const ROUNDS = 3

/**
 * A file of 2 GiB by the JSON interface and its parts, three at a time, all through Envoy, until the upload is complete;
 * against curl putting the same file by one request to the same store directly. The two take turns.
 */
export async function run(): Promise<BenchReport> {
  await using file = await madeFile(SIZE_BYTES)
  const lines: BenchLine[] = []
  for (const { name, store } of storesAtHand()) {
    lines.push(...linesOf(name, await measureUploads(store, file, ROUNDS)))
  }
  return { name: 'upload', lines }
}

function linesOf(name: string, measured: MeasuredUploads): BenchLine[] {
  const rate = (milliseconds: readonly number[]) => SIZE_BYTES / 1e3 / median(milliseconds)
  const [value, reference] = [rate(measured.uploadsMs), rate(measured.directMs)]
  const memory = (of: string, mb: number): BenchLine => ({
    label: `${name}: memory of ${of} above idle, at most`,
    value: mb,
    unit: 'MB',
    target: '<= 64 MB',
  })
  return [
    {
      label: `${name}: 2 GiB through Envoy, against curl directly`,
      value,
      unit: 'MB/s',
      reference,
      ratio: value / reference,
      target: '>= 0.7',
    },
    memory('the backend', measured.backendMb),
    memory('Envoy', measured.envoyMb),
  ]
}
