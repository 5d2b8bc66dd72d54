import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { UploadPart } from '../../ports/objects.ts'
import { ifPresent, syncFolder, writeDurably } from './durable-files.ts'
import { partNumberOf } from './stored-file.ts'

interface DescribedUpload {
  readonly key: string
  readonly createTime: Date
}

/** Where its completion collects the parts of an upload. */
export const objectIn = (folder: string) => join(folder, 'object')
const descriptionIn = (folder: string) => join(folder, 'upload.json')

export async function describeUpload(folder: string, upload: DescribedUpload): Promise<void> {
  await writeDurably(descriptionIn(folder), JSON.stringify(upload))
  await syncFolder(folder)
}

/** Undefined where there is no upload. */
export async function describedUpload(folder: string): Promise<DescribedUpload | undefined> {
  const text = await ifPresent(() => readFile(descriptionIn(folder), 'utf8'))
  if (text === undefined) return undefined
  const { key, createTime } = JSON.parse(text) as Record<keyof DescribedUpload, string>
  return { key, createTime: new Date(createTime) }
}

/** The parts that arrived in full, by number. Throws for a folder that is absent. */
export async function partsIn(folder: string): Promise<UploadPart[]> {
  const parts: UploadPart[] = []
  for (const name of await readdir(folder)) {
    const number = partNumberOf(name)
    if (number === undefined) continue
    const found = await ifPresent(() => stat(join(folder, name)))
    if (found !== undefined) parts.push({ number, sizeBytes: found.size })
  }
  return parts.sort((a, b) => a.number - b.number)
}

export async function namesIn(folder: string): Promise<string[]> {
  return (await ifPresent(() => readdir(folder))) ?? []
}
