import type { FilePurpose, FileState } from '@fairlead/proto/web/fairlead/files/v1/files'
import { purposes } from './file-purpose'
import { fileStates } from './file-state-words'

export type FileOrder =
  | 'display_name'
  | 'display_name desc'
  | 'create_time'
  | 'create_time desc'
  | 'size_bytes'
  | 'size_bytes desc'

const orders: readonly FileOrder[] = [
  'display_name',
  'display_name desc',
  'create_time',
  'create_time desc',
  'size_bytes',
  'size_bytes desc',
]

/** Which files a list shows, as its address says. */
export interface FileFilter {
  /** Path such as "evidence/2026"; empty for the top. */
  readonly folder: string
  readonly search: string
  readonly tags: readonly string[]
  readonly states: readonly FileState[]
  readonly purposes: readonly FilePurpose[]
  readonly trashed: boolean
  readonly order: FileOrder
}

const defaultOrder: FileOrder = 'create_time desc'

/** Whether files are looked for wherever they lie. */
export function isNarrowed(filter: FileFilter): boolean {
  return (
    filter.search !== '' || filter.tags.length > 0 || filter.states.length > 0 || filter.purposes.length > 0
  )
}

/** What an address says that there is not is left out. */
export function filterFromAddress(parameters: URLSearchParams): FileFilter {
  const named = parameters.get('order')
  return {
    folder: (parameters.get('folder') ?? '')
      .split('/')
      .filter((segment) => segment !== '')
      .join('/'),
    search: parameters.get('search') ?? '',
    tags: [...new Set(parameters.getAll('tag'))].filter((tag) => tag !== ''),
    states: fileStates.filter((state) => wordsOf(parameters, 'state').includes(short(state, 'FILE_STATE_'))),
    purposes: purposes.filter((purpose) =>
      wordsOf(parameters, 'purpose').includes(short(purpose, 'FILE_PURPOSE_')),
    ),
    trashed: parameters.has('trash'),
    order: orders.find((order) => order.replace(' desc', '-desc') === named) ?? defaultOrder,
  }
}

/** The shortest address that says it. */
export function addressOfFilter(filter: Partial<FileFilter>): URLSearchParams {
  const { folder = '', search = '', tags = [], states = [], trashed = false, order = defaultOrder } = filter
  const parameters = new URLSearchParams()
  if (folder !== '') parameters.set('folder', folder)
  if (search !== '') parameters.set('search', search)
  for (const tag of tags) parameters.append('tag', tag)
  if (states.length > 0) parameters.set('state', states.map((state) => short(state, 'FILE_STATE_')).join(','))
  if (filter.purposes !== undefined && filter.purposes.length > 0) {
    parameters.set('purpose', filter.purposes.map((purpose) => short(purpose, 'FILE_PURPOSE_')).join(','))
  }
  if (trashed) parameters.set('trash', '')
  if (order !== defaultOrder) parameters.set('order', order.replace(' desc', '-desc'))
  return parameters
}

function wordsOf(parameters: URLSearchParams, name: string): string[] {
  return (parameters.get(name) ?? '').split(',')
}

/** "CLEAN" of "FILE_STATE_CLEAN" */
function short(value: string, prefix: string): string {
  return value.slice(prefix.length)
}
