import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import type { Objects } from '../../../ports/objects.ts'
import type { FilePurpose } from '../policies/policy-store.ts'
import { cleanKey } from '../versions/file-keys.ts'
import type { FileState } from '../versions/version-state.ts'

export interface AddedFile {
  readonly id: string
  readonly versionId: string
  readonly sha256: string
}

/** A file with one version, as it stands once a scan has ended. */
export async function addFile(
  dataSource: DataSource,
  objects: Pick<Objects, 'put'>,
  file: {
    readonly organizationId: string
    readonly ownerId: string
    readonly displayName: string
    readonly purpose: FilePurpose
    readonly content: Uint8Array | string
    readonly mediaType: string
    /** Default: CLEAN. */
    readonly state?: FileState
  },
): Promise<AddedFile> {
  const { organizationId, ownerId, displayName, purpose, mediaType, state = 'CLEAN' } = file
  const content = Buffer.from(file.content)
  const [id, versionId] = [v7(), v7()]
  const digest = createHash('sha256').update(content).digest()
  const isReleased = state === 'CLEAN' || state === 'UNSCANNED'
  if (isReleased) await objects.put(cleanKey(versionId), Readable.from([content]))
  await dataSource.query(
    `insert into files (id, organization_id, display_name, folder, purpose, owner_id, released_version, state, size_bytes)
     values ($1, $2, $3, '', $4, $5, $6, $7, $8)`,
    [id, organizationId, displayName, purpose, ownerId, isReleased ? 1 : null, state, content.length],
  )
  await dataSource.query(
    `insert into file_versions (id, file_id, organization_id, version, state, size_bytes, sha256, media_type, creator_id,
       object_key)
     values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9)`,
    [
      versionId,
      id,
      organizationId,
      state,
      content.length,
      digest,
      mediaType,
      ownerId,
      isReleased ? cleanKey(versionId) : null,
    ],
  )
  return { id, versionId, sha256: digest.toString('hex') }
}
