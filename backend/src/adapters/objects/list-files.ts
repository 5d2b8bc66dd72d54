import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredObject } from '../../ports/objects.ts'
import { isAbsence } from './durable-files.ts'
import { isObjectOfParts, openStoredFile } from './stored-file.ts'

/**
 * The objects below a folder, by the bytes of their keys. `prefix` is what the keys begin with. Holds the names of each
 * folder on the way at once, some 60 bytes for each.
 */
export async function* listFiles(folder: string, prefix: string): AsyncIterable<StoredObject> {
  for (const name of await sortedNames(folder)) {
    if (name.endsWith('/')) {
      yield* listFiles(join(folder, name), prefix + name)
    } else {
      const file = await openStoredFile(folder, name)
      // Deleted meanwhile.
      if (file === undefined) continue
      await file.close()
      yield { key: prefix + name, sizeBytes: file.sizeBytes, changeTime: file.changeTime }
    }
  }
}

// A folder sorts as its keys do, by its name with the slash: "a-b" and "a.b" come before "a/c".
async function sortedNames(folder: string): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const entry of await opendir(folder)) {
      // What is not finished, and the insides of objects.
      if (entry.name.startsWith('.')) continue
      const isFolder = entry.isDirectory() && !(await isObjectOfParts(join(folder, entry.name)))
      names.push(isFolder ? `${entry.name}/` : entry.name)
    }
  } catch (error) {
    if (!isAbsence(error)) throw error
  }
  // Keys are ASCII: the order of UTF-16 units is that of bytes.
  return names.sort()
}
