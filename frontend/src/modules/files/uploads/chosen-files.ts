import type { ChosenFile } from './upload-engine'

type OpenPicker = (options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>

/** Whether the browser lets files be opened again after a reload: https://wicg.github.io/file-system-access/ */
export function hasFilePicker(): boolean {
  return 'showOpenFilePicker' in window
}

/** Asks for files; none when its user thinks better of it. */
export async function pickFiles(multiple: boolean): Promise<ChosenFile[]> {
  const open = (window as unknown as { showOpenFilePicker: OpenPicker }).showOpenFilePicker
  let handles: FileSystemFileHandle[]
  try {
    handles = await open({ multiple })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return []
    throw error
  }
  return Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), folder: '', handle })))
}

/** Of a field for files; those of a folder that was chosen keep their places in it. */
export function filesOfList(files: Iterable<File>): ChosenFile[] {
  return Array.from(files, (file) => ({
    file,
    folder: file.webkitRelativePath.split('/').slice(0, -1).join('/'),
    handle: undefined,
  }))
}

interface ItemWithHandle extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>
}

/** What was dropped, folders with all that is in them. To be called while the event lasts: it is empty afterwards. */
export function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  const items = Array.from(transfer.items).filter(({ kind }) => kind === 'file')
  return Promise.all(items.map(filesOfItem)).then((lists) => lists.flat())
}

function filesOfItem(item: ItemWithHandle): Promise<ChosenFile[]> {
  const entry = item.webkitGetAsEntry?.() ?? null
  const file = item.getAsFile()
  const handle = item.getAsFileSystemHandle?.() ?? Promise.resolve(null)
  if (entry !== null && isFolder(entry)) return filesOfFolder(entry, entry.name)
  if (file === null) return Promise.resolve([])
  const withHandle = (got: FileSystemHandle | null) => [
    { file, folder: '', handle: got instanceof FileSystemFileHandle ? got : undefined },
  ]
  // Without a handle the file has to be chosen again after a reload, no more.
  return handle.then(withHandle, () => withHandle(null))
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

async function filesOfFolder(entry: FileSystemDirectoryEntry, folder: string): Promise<ChosenFile[]> {
  const found: ChosenFile[] = []
  const reader = entry.createReader()
  for (;;) {
    // A part at a time; an empty one is the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return found
    for (const inside of entries) {
      if (isFolder(inside)) found.push(...(await filesOfFolder(inside, `${folder}/${inside.name}`)))
      else if (isFile(inside)) {
        const file = await new Promise<File>((resolve, reject) => inside.file(resolve, reject))
        found.push({ file, folder, handle: undefined })
      }
    }
  }
}
