import { randomBytes } from 'node:crypto'
import type { Objects } from '../../ports/objects.ts'
import { createS3Client } from '../s3/s3-client.ts'
import type { ObjectsSettings } from './create-objects.ts'
import { FilesystemObjects } from './filesystem.ts'
import { S3Objects } from './s3.ts'

/** The store for a process that is given no key to sign with. */
export function createObjectReader(settings: ObjectsSettings): Pick<Objects, 'head' | 'get'> {
  if (settings.kind === 's3') {
    const { bucket, publicUrl } = settings
    return new S3Objects({ client: createS3Client(settings), bucket, publicUrl })
  }
  return new FilesystemObjects({ folder: settings.folder, signingKey: randomBytes(32) })
}
