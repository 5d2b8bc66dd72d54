import { DomainError } from '../../../errors/domain-error.ts'
import type { FilePurpose } from '../policies/policy-store.ts'
import { type Database, rows } from '../sql.ts'
import type { FileState } from '../versions/version-state.ts'
import { wordsOf } from './file-name.ts'
import { type FileRecord, type FileRow, fileColumns, fileOf } from './file-record.ts'

export interface FileFilter {
  readonly organizationId: string
  /** Files in this one folder; undefined for everywhere. */
  readonly folder: string | undefined
  /** Words that begin with these; empty for all. */
  readonly search: string
  /** All of them. */
  readonly tags: readonly string[]
  /** Any of them; none for all. */
  readonly states: readonly FileState[]
  readonly purposes: readonly FilePurpose[]
  readonly trashed: boolean
}

export type FileOrder = 'display_name' | 'create_time' | 'size_bytes'

export interface FileOrdering {
  readonly by: FileOrder
  readonly descending: boolean
}

/** Where a page ended: the sorted value as PostgreSQL writes it, and the id. */
export type FileCursor = readonly [value: string, id: string]

const columns: Readonly<Record<FileOrder, { readonly name: string; readonly type: string }>> = {
  display_name: { name: 'sort_name', type: 'text' },
  create_time: { name: 'create_time', type: 'timestamptz' },
  size_bytes: { name: 'size_bytes', type: 'bigint' },
}

/** One page by a keyset, which costs the same however far it is; each order has its index. */
export async function listFiles(
  database: Database,
  filter: FileFilter,
  ordering: FileOrdering,
  after: FileCursor | undefined,
  limit: number,
): Promise<{ readonly file: FileRecord; readonly cursor: FileCursor }[]> {
  const values: unknown[] = [filter.organizationId]
  const conditions = [
    'organization_id = $1',
    filter.trashed ? 'trash_time is not null' : 'trash_time is null',
  ]
  const where = (condition: (parameter: string) => string, value: unknown) => {
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  if (filter.folder !== undefined) where((folder) => `folder = ${folder}`, filter.folder)
  if (filter.tags.length > 0) where((tags) => `tags @> ${tags}::text[]`, filter.tags)
  if (filter.search !== '') {
    const words = wordsOf(filter.search)
    // Punctuation alone is in no name's words.
    if (words.length === 0) return []
    where((query) => `words @@ ${query}::tsquery`, words.map((word) => `'${word}':*`).join(' & '))
  }
  // A single one is a prefix of an index.
  const [state, ...otherStates] = filter.states
  if (otherStates.length > 0) where((states) => `state = any(${states}::text[])`, filter.states)
  else if (state !== undefined) where((one) => `state = ${one}`, state)
  const [purpose, ...otherPurposes] = filter.purposes
  if (otherPurposes.length > 0) where((some) => `purpose = any(${some}::text[])`, filter.purposes)
  else if (purpose !== undefined) where((one) => `purpose = ${one}`, purpose)

  const { name, type } = columns[ordering.by]
  const [comparison, direction] = ordering.descending ? ['<', 'desc'] : ['>', 'asc']
  if (after !== undefined) {
    values.push(...after)
    const [value, id] = [`$${values.length - 1}::${type}`, `$${values.length}::uuid`]
    conditions.push(`(${name}, id) ${comparison} (${value}, ${id})`)
  }
  values.push(limit)
  const found = await rows<FileRow & { cursor: string }>(
    database,
    `select ${fileColumns}, ${name}::text as cursor from files
     where ${conditions.join(' and ')}
     order by ${name} ${direction}, id ${direction} limit $${values.length}`,
    values,
  )
  return found.map((row) => ({ file: fileOf(row), cursor: [row.cursor, row.id] }))
}

export interface FolderFigures {
  readonly path: string
  readonly fileCount: bigint
  /** Of the latest versions. */
  readonly sizeBytes: bigint
}

const FOLDERS_MAX = 1000

/** Folders directly below one, by name, with what is in them and below. */
export async function listFolders(
  database: Database,
  organizationId: string,
  folder: string,
): Promise<FolderFigures[]> {
  const prefix = folder === '' ? '' : `${folder}/`
  // "0" is what comes next after "/" in the order of bytes: all that begins with the prefix lies between the two.
  const found = await rows<{ name: string; file_count: string; size_bytes: string }>(
    database,
    `select split_part(substr(folder, length($2) + 1), '/', 1) as name, sum(file_count) as file_count,
       sum(size_bytes) as size_bytes
     from (
       select folder, count(*) as file_count, sum(size_bytes) as size_bytes from files
       where organization_id = $1 and trash_time is null and folder > $2 and ($3 = '' or folder < $3)
       group by folder
     ) as folders
     group by 1 order by 1 limit $4`,
    [organizationId, prefix, folder === '' ? '' : `${folder}0`, FOLDERS_MAX],
  )
  return found.map((row) => ({
    path: `${prefix}${row.name}`,
    fileCount: BigInt(row.file_count),
    sizeBytes: BigInt(row.size_bytes),
  }))
}

/** "create_time desc" and the like, as the contract's rules let it through. */
export function orderingOf(orderBy: string): FileOrdering {
  const [by = '', direction] = (orderBy === '' ? 'create_time desc' : orderBy).split(' ')
  if (!(by in columns))
    throw new DomainError('INVALID_ARGUMENT', 'ORDER_INVALID', 'order_by: is none of the orders.')
  return { by: by as FileOrder, descending: direction === 'desc' }
}
