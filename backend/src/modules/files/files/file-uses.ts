import type { EntityManager } from 'typeorm'
import { type Database, rows } from '../sql.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { isReleased } from '../versions/version-state.ts'
import { readVersion } from './file-record.ts'
import { fileInTrash, fileNotFound, fileNotReleased } from './files-errors.ts'

export interface FileUse {
  readonly fileId: string
  readonly version: number
  /** What must not lose it: "transfers/{uuid}", "bookings/{uuid}", "datasets/{id}", "jobs/{uuid}". */
  readonly usedBy: string
}

/**
 * Keeps a file from being deleted while something needs it, in the transaction of that. Once more changes nothing.
 *
 * @throws DomainError NOT_FOUND, or FAILED_PRECONDITION for a version that is not released or a file in the trash
 */
export async function useFile(manager: EntityManager, { fileId, version, usedBy }: FileUse): Promise<void> {
  const [file] = await rows<{ organization_id: string; trash_time: Date | null }>(
    manager,
    'select organization_id, trash_time from files where id = $1 for update',
    [fileId],
  )
  const found = file === undefined ? undefined : await readVersion(manager, fileId, version)
  if (file === undefined || found === undefined) throw fileNotFound()
  if (file.trash_time !== null) throw fileInTrash()
  if (!isReleased(found.state)) {
    throw fileNotReleased(`Version ${version} of the file is not released. Choose another file.`)
  }
  const [added] = await rows(
    manager,
    'insert into file_uses (file_id, version, used_by) values ($1, $2, $3) on conflict do nothing returning file_id',
    [fileId, version, usedBy],
  )
  if (added === undefined) return
  await writeFileEvent(manager, {
    fileId,
    organizationId: file.organization_id,
    version,
    kind: 'used',
    description: `Needed by ${usedBy} from now on.`,
  })
}

/** In the transaction in which what needed it goes. */
export async function releaseUse(
  manager: EntityManager,
  { fileId, usedBy }: Pick<FileUse, 'fileId' | 'usedBy'>,
): Promise<void> {
  await rows(manager, 'delete from file_uses where file_id = $1 and used_by = $2', [fileId, usedBy])
}

/** What needs the file, oldest first. */
export async function usesOf(database: Database, fileId: string): Promise<string[]> {
  const found = await rows<{ used_by: string }>(
    database,
    'select used_by from file_uses where file_id = $1 order by create_time, used_by',
    [fileId],
  )
  return found.map(({ used_by }) => used_by)
}

/** The name of what needs a file, as people follow it. */
export function useName(slug: string, usedBy: string): string {
  const [collection = '', id = ''] = usedBy.split('/')
  return collection === 'bookings' ? `creditBookings/${id}` : `organizations/${slug}/${collection}/${id}`
}
