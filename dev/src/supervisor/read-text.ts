import { readFileSync } from 'node:fs'

/** Empty for a file that is not there, or not for us to read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
