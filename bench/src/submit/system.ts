import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobServiceClient } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { credentials, Metadata } from '@grpc/grpc-js'
import { migrate } from '../../../backend/src/database/migrate.ts'
import { administer } from '../../../backend/src/testing/administer.ts'
import { startBackend } from '../backend-system/start-backend.ts'
import { smallImage } from './small-image.ts'

/** PostgreSQL, backend and worker as processes of their own, and a signed-in client. */
export interface System {
  readonly databaseUrl: string
  /** Another database on the same server, migrated too: what happens there wakes nobody here. */
  readonly otherDatabaseUrl: string
  readonly jobs: JobServiceClient
  readonly metadata: Metadata
  readonly parent: string
}

/** What is started goes on the stack. */
export async function startSystem(started: AsyncDisposableStack): Promise<System> {
  const { databaseUrl, grpcAddress, authorization, parent } = await startBackend(started, {
    worker: true,
    fillDatasets: (folder) => writeFileSync(join(folder, 'small.fits'), smallImage()),
  })
  await administer(databaseUrl, 'create database other')
  const otherDatabaseUrl = Object.assign(new URL(databaseUrl), { pathname: '/other' }).href
  await migrate(otherDatabaseUrl)
  const jobs = new JobServiceClient(grpcAddress, credentials.createInsecure())
  started.defer(() => jobs.close())
  const metadata = new Metadata()
  metadata.set('authorization', authorization)
  return { databaseUrl, otherDatabaseUrl, jobs, metadata, parent }
}
