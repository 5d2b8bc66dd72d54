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

/** Files that are looked at in their order before the words decide: enough for a page of words that are common. */
const NEAREST = 2000

/** One page by a keyset, which costs the same however far it is; each order has its index. */
export async function listFiles(
  database: Database,
  filter: FileFilter,
  ordering: FileOrdering,
  after: FileCursor | undefined,
  limit: number,
): Promise<ListedFile[]> {
  const words = filter.search === '' ? [] : wordsOf(filter.search)
  // Punctuation alone is in no name's words.
  if (filter.search !== '' && words.length === 0) return []
  const query = new ListQuery(filter, ordering, after)
  if (words.length === 0) {
    return query.run(
      database,
      `select ${fileColumns}, ${query.column}::text as cursor from files
       where ${query.conditions} order by ${query.order} limit ${query.value(limit)}`,
    )
  }
  const search = `words @@ ${query.value(words.map((word) => `'${word}':*`).join(' & '))}::tsquery`
  const most = query.value(limit)
  // PostgreSQL does not know how many words begin with these, so it is tried: common ones are found near by in the order,
  // rare ones by their own index.
  const near = await query.run(
    database,
    `select ${fileColumns}, ${query.column}::text as cursor from (
       select * from files where ${query.conditions} order by ${query.order} limit ${NEAREST}
     ) as files
     where ${search} order by ${query.order} limit ${most}`,
  )
  if (near.length === limit) return near
  return query.run(
    database,
    `with found as materialized (
       select id, ${query.column} from files where ${query.conditions} and ${search}
     ), page as (select id from found order by ${query.order} limit ${most})
     select ${fileColumns}, ${query.column}::text as cursor from files
     where id in (select id from page) order by ${query.order}`,
  )
}

export interface ListedFile {
  readonly file: FileRecord
  readonly cursor: FileCursor
}

/** Conditions on files and the values in them, and the order of the page. */
class ListQuery {
  readonly column: string
  readonly order: string
  readonly #values: unknown[] = []
  readonly #conditions: string[] = []

  constructor(filter: FileFilter, { by, descending }: FileOrdering, after: FileCursor | undefined) {
    const { name, type } = columns[by]
    const [comparison, direction] = descending ? ['<', 'desc'] : ['>', 'asc']
    this.column = name
    this.order = `${name} ${direction}, id ${direction}`
    this.#where((id) => `organization_id = ${id}::uuid`, filter.organizationId)
    this.#conditions.push(filter.trashed ? 'trash_time is not null' : 'trash_time is null')
    if (filter.folder !== undefined) this.#where((folder) => `folder = ${folder}`, filter.folder)
    if (filter.tags.length > 0) this.#where((tags) => `tags @> ${tags}::text[]`, filter.tags)
    this.#among('state', filter.states)
    this.#among('purpose', filter.purposes)
    if (after === undefined) return
    const [value, id] = after.map((each) => this.value(each))
    this.#conditions.push(`(${name}, id) ${comparison} (${value}::${type}, ${id}::uuid)`)
  }

  get conditions(): string {
    return this.#conditions.join(' and ')
  }

  /** Its place in a statement. */
  value(value: unknown): string {
    this.#values.push(value)
    return `$${this.#values.length}`
  }

  async run(database: Database, sql: string): Promise<ListedFile[]> {
    const found = await rows<FileRow & { cursor: string }>(database, sql, this.#values)
    return found.map((row) => ({ file: fileOf(row), cursor: [row.cursor, row.id] }))
  }

  #where(condition: (place: string) => string, value: unknown): void {
    this.#conditions.push(condition(this.value(value)))
  }

  /** A single one is a prefix of an index. */
  #among(column: string, values: readonly string[]): void {
    const [one, ...others] = values
    if (others.length > 0) this.#where((place) => `${column} = any(${place}::text[])`, values)
    else if (one !== undefined) this.#where((place) => `${column} = ${place}`, one)
  }
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
