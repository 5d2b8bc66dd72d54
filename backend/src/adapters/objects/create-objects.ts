import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Objects, ObjectUploads } from '../../ports/objects.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import { createS3Client, type S3ClientOptions } from '../s3/s3-client.ts'
import { FilesystemObjects } from './filesystem.ts'
import { FilesystemUploads } from './filesystem-uploads.ts'
import { objectsRoute } from './objects-route.ts'
import { S3Objects } from './s3.ts'
import { S3Uploads } from './s3-uploads.ts'

export type ObjectsSettings =
  | { readonly kind: 'filesystem'; readonly folder: string }
  | ({
      readonly kind: 's3'
      readonly bucket: string
      readonly publicUrl: string | undefined
    } & S3ClientOptions)

export interface ChosenObjects {
  readonly objects: Objects
  /** Of the same store; nothing of its own to close. */
  readonly uploads: ObjectUploads
  /** Serve what the store signs, where the store has no address of its own. */
  readonly routes: readonly HttpRoute[]
  /** Files written here are moved into the store rather than copied, where it stands on a disk. */
  readonly scratchFolder: string
}

/** The store that the settings name. Called by entry points alone. */
export function createObjects(settings: ObjectsSettings, signingKey: Buffer): ChosenObjects {
  if (settings.kind === 's3') {
    const { bucket, publicUrl } = settings
    const options = { client: createS3Client(settings), bucket, publicUrl }
    return {
      objects: new S3Objects(options),
      uploads: new S3Uploads(options),
      routes: [],
      scratchFolder: join(tmpdir(), 'fairlead-scratch'),
    }
  }
  const options = { folder: settings.folder, signingKey }
  const objects = new FilesystemObjects(options)
  const uploads = new FilesystemUploads(options)
  return {
    objects,
    uploads,
    routes: [objectsRoute({ objects, uploads, signingKey })],
    // No key names a segment that begins with a dot.
    scratchFolder: join(settings.folder, '.scratch'),
  }
}
