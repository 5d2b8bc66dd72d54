import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import { v5 } from 'uuid'
import { encodePng } from '../../../imaging/png.ts'
import type { Objects, ObjectUploads } from '../../../ports/objects.ts'
import type { IdentityService } from '../../identity/index.ts'
import { rows } from '../sql.ts'
import { Uploads } from '../uploads/uploads.ts'
import { FileRemovals } from '../versions/file-removals.ts'
import type { FilesSeed } from './files-seed.ts'

export interface FilesSeedOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly uploads: ObjectUploads
  readonly identity: IdentityService
  readonly log: Logger
}

/** Of request ids that follow from a seed's keys, so that what is there is not made again. */
const NAMESPACE = '0d6a4f0e-9f0e-4c55-9a0b-3c1f7f6f1d52'
const QUOTA_BYTES = 100n * 1024n ** 3n

/**
 * Uploads what is missing, as the people whom the seed names. It goes the way of every upload: into quarantine, from
 * where workers release it when nothing is found. What people deleted for good comes back with the next run.
 */
export async function seedFiles(options: FilesSeedOptions, seed: FilesSeed): Promise<{ added: string[] }> {
  const { dataSource, identity } = options
  const removals = new FileRemovals(options)
  const uploads = new Uploads({ ...options, removals, quotaBytes: QUOTA_BYTES })
  const added: string[] = []
  for (const { key, organization: slug, owner, name, content, ...file } of seed) {
    const [organization, user] = [await identity.organizationBySlug(slug), await identity.userByEmail(owner)]
    if (organization === undefined || user === undefined) {
      throw new Error(`the file "${name}" of the seed is of ${owner} in ${slug}, who are not there`)
    }
    const requestId = v5(key, NAMESPACE)
    const [known] = await rows(
      dataSource,
      'select from files where organization_id = $1 and request_id = $2',
      [organization.id, requestId],
    )
    if (known !== undefined) continue
    const actor = {
      userId: user.id,
      organizationId: organization.id,
      slug,
      managesFiles: false,
      writesFiles: true,
    }
    const fileId = await uploads.take(
      actor,
      {
        ...file,
        displayName: name,
        sizeBytes: 0n,
        sha256: undefined,
        mediaType: '',
        expireTime: undefined,
        versionOf: undefined,
        requestId,
      },
      await bytesOf(content),
    )
    added.push(`organizations/${slug}/files/${fileId}`)
  }
  await removals.close()
  return { added }
}

async function bytesOf(content: FilesSeed[number]['content']): Promise<Buffer> {
  if ('lines' in content) return Buffer.from(`${content.lines.join('\n')}\n`)
  const { widthPx, heightPx } = content
  const rgba = new Uint8Array(4 * widthPx * heightPx)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const wave = Math.sin((x / widthPx) * 9 + Math.cos((y / heightPx) * 7) * 2)
      rgba.set([70 + 60 * wave, 110 + (90 * y) / heightPx, 170 + 70 * wave, 255], 4 * (y * widthPx + x))
    }
  }
  return Buffer.from(await encodePng(rgba, widthPx, heightPx))
}
