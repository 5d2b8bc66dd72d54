import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = process.env['FAIRLEAD_SHARED'] ?? resolve(import.meta.dirname, '../../../../../shared')

/** Path of a file of the data that is shared between checkouts, or undefined, said aloud, where it is absent. */
export function sharedData(name: string): string | undefined {
  const path = join(folder, 'data', name)
  if (existsSync(path)) return path
  process.stderr.write(`Skipped: ${path} is absent (FAIRLEAD_SHARED names its folder)\n`)
  return undefined
}
