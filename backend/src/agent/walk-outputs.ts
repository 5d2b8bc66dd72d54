import type { Dirent } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { AgentFailure, codeOf } from './agent-failure.ts'
import { MAX_OUTPUTS, pathFault } from './file-path.ts'

export interface OutputFile {
  /** Relative to the folder, with "/". */
  readonly path: string
  readonly sizeBytes: number
}

/** Folders beside files: without end they could be made, too. */
const MAX_FOLDERS = 10_000

/**
 * What a container left, by the bytes of its names. Follows no link, and takes plain files alone.
 *
 * @throws AgentFailure OUTPUT_UNUSABLE, which names the path
 */
export async function walkOutputs(folder: string): Promise<OutputFile[]> {
  const files: OutputFile[] = []
  const folders = ['']
  for (const parent of folders) {
    await readable(folder, parent, async () => {
      for await (const entry of await opendir(join(folder, parent))) {
        const path = parent === '' ? entry.name : `${parent}/${entry.name}`
        assertName(folder, path)
        if (entry.isDirectory()) folders.push(path)
        else if (entry.isFile()) files.push({ path, sizeBytes: await sizeOfPlainFile(folder, path) })
        else
          throw unusable(folder, path, `is ${kindOf(entry)}. Leave plain files, and copy what is elsewhere`)
        if (files.length > MAX_OUTPUTS || folders.length > MAX_FOLDERS) {
          throw unusable(
            folder,
            '',
            `has more than ${MAX_OUTPUTS} files or folders. Put them together, as in an archive`,
          )
        }
      }
    })
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

async function sizeOfPlainFile(folder: string, path: string): Promise<number> {
  const found = await lstat(join(folder, path))
  if (!found.isFile()) throw unusable(folder, path, 'changed while it was looked at')
  // A second name may stand for what is elsewhere on the disk.
  if (found.nlink !== 1) throw unusable(folder, path, 'is a hard link. Leave a copy of it')
  return found.size
}

function assertName(folder: string, path: string): void {
  // What is no UTF-8 is read as U+FFFD.
  const fault = path.includes('\ufffd') ? 'is not UTF-8' : pathFault(path)
  if (fault !== undefined) throw unusable(folder, path, `${fault}. Leave it under another name`)
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link'
  if (entry.isFIFO()) return 'a pipe'
  if (entry.isSocket()) return 'a socket'
  return 'a device'
}

async function readable(folder: string, parent: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error
    throw unusable(folder, parent, 'cannot be read. Give every user the right to')
  }
}

export function unusable(folder: string, path: string, what: string): AgentFailure {
  const shown = JSON.stringify(join(folder, path)).slice(1, -1)
  return new AgentFailure(
    'OUTPUT_UNUSABLE',
    `${shown.length > 400 ? `${shown.slice(0, 400)}…` : shown} ${what}.`,
  )
}
