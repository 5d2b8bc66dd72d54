import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imagePreview } from './image-preview.ts'
import { CONTENT_FILE, PNG_FILE, type PreviewOrder, SEEN_FILE, type Seen } from './preview-order.ts'
import { tablePreview } from './table-preview.ts'
import { textPreview } from './text-preview.ts'

/** In a process without rights: makes of a file's content what people may look at, and leaves it in the folder. */
export async function lookInto(
  order: PreviewOrder,
  { folder, inputFolder }: { readonly folder: string; readonly inputFolder: string },
): Promise<string[]> {
  const content = await readFile(join(inputFolder, CONTENT_FILE))
  const { seen, png } = await look(order, content)
  await writeFile(join(folder, SEEN_FILE), JSON.stringify(seen))
  if (png === undefined) return [SEEN_FILE]
  await writeFile(join(folder, PNG_FILE), png)
  return [SEEN_FILE, PNG_FILE]
}

async function look(
  { kind, mediaType, truncated }: PreviewOrder,
  content: Buffer,
): Promise<{ seen: Seen; png?: Uint8Array }> {
  switch (kind) {
    case 'image': {
      const { png, widthPx, heightPx } = await imagePreview(content, mediaType)
      return { seen: { kind, widthPx, heightPx }, png }
    }
    case 'table': {
      const table = tablePreview(content, truncated)
      // What calls itself a table and is none is a text still.
      if (table !== undefined) return { seen: { kind, ...table } }
      return { seen: { kind: 'text', ...textPreview(content, truncated) } }
    }
    case 'text':
      return { seen: { kind, ...textPreview(content, truncated) } }
    default: {
      const never: never = kind
      throw new Error(`unknown kind ${String(never)}`)
    }
  }
}
