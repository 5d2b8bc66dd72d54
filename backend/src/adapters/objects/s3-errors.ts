import { S3ServiceException } from '@aws-sdk/client-s3'
import { InsufficientStorage } from '../../ports/objects.ts'

export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}

export function isAbsence(error: unknown): boolean {
  return statusOf(error) === 404
}

export function hasName(error: unknown, name: string): boolean {
  return error instanceof S3ServiceException && error.name === name
}

/** Runs what writes; a store or an allotment that is full becomes InsufficientStorage. */
export async function writing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    // MinIO answers its quota of a bucket as a bad request.
    if (statusOf(error) === 507 || hasName(error, 'XMinioAdminBucketQuotaExceeded')) {
      throw new InsufficientStorage('the store has no room left', { cause: error })
    }
    throw error
  }
}
