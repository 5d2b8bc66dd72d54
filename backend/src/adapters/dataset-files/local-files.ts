import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileByteSource } from '../../fits/source/file-byte-source.ts'
import type { CurrentFile, DatasetLocation, OpenDatasetOptions } from '../../ports/dataset-files.ts'

export async function openLocalFile(path: string, options: OpenDatasetOptions): Promise<CurrentFile> {
  const location = await localLocation(path)
  const source = openFileByteSource(path, options.blocking === true ? { blocking: true } : {})
  return { location, source, stream: async () => createReadStream(path, { highWaterMark: 1 << 20 }) }
}

/** Files below a folder, or the file itself; hidden ones left out, links followed. */
export async function findLocalFiles(path: string, signal?: AbortSignal): Promise<DatasetLocation[]> {
  const found = await stat(path)
  if (!found.isDirectory()) return [await localLocation(path)]
  const files: DatasetLocation[] = []
  await collect(path, files, new Set(), signal)
  return files.sort((a, b) => (a.address < b.address ? -1 : 1))
}

async function collect(
  folder: string,
  files: DatasetLocation[],
  visited: Set<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const real = await realpath(folder)
  // A link to a folder above would never end.
  if (visited.has(real)) return
  visited.add(real)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink() ? await linkTarget(path) : entry
    if (kind?.isDirectory()) await collect(path, files, visited, signal)
    else if (kind?.isFile()) files.push(await localLocation(path))
  }
}

/** Undefined for a link to nothing. */
async function linkTarget(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP'))
      return undefined
    throw error
  }
}

async function localLocation(path: string): Promise<DatasetLocation> {
  const found = await stat(path, { bigint: true })
  return { address: path, version: found.mtimeNs.toString(), sizeBytes: Number(found.size) }
}
