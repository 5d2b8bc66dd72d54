import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const rotateAboveBytes = 10 * 1024 * 1024

/** Opens a child's log for appending; a long one is set aside as NAME.1.log first. */
export function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > rotateAboveBytes) renameSync(path, path.replace(/\.log$/, '.1.log'))
  return openSync(path, 'a', 0o600)
}

/** The last lines of a log, from `fromByte` on if given. */
export function tail(path: string, fromByte = 0, lines = 20): string[] {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(file)
    const start = Math.max(fromByte, size - 32_768)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const read = readSync(file, buffer, 0, buffer.length, start)
    return buffer.toString('utf8', 0, read).trimEnd().split('\n').slice(-lines)
  } finally {
    closeSync(file)
  }
}

/** How the line that matters begins, best first. */
const telling = [
  /\b(Error|error|ERROR|FATAL|fatal|PANIC|panic|critical)\b.*:/,
  /cannot|failed|refused|not found/i,
  /\S/,
]

/** The line that most likely says why a process ended, shortened to fit a terminal. */
export function reasonIn(lines: string[]): string | undefined {
  const readable = lines.map((line) => stripVTControlCharacters(messageOf(line)).trim())
  const candidates = readable.filter((line) => !/^(at |errors: \[|Node\.js v)/.test(line))
  for (const pattern of telling) {
    const line = candidates.findLast((candidate) => pattern.test(candidate))
    if (line !== undefined) return line.slice(0, 300)
  }
  return undefined
}

/** Our processes log JSON with `msg` and perhaps `err`. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line
  try {
    const { msg, err } = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } }
    const parts = [msg, err?.message].filter((part) => typeof part === 'string' && part !== '')
    return [...new Set(parts)].join(': ')
  } catch {
    return line
  }
}
