import type { DataSource } from 'typeorm'
import type { PushSender } from '../../ports/push.ts'
import { createPostgresPushSender } from './postgres/postgres-push-sender.ts'

export interface PushSenderOptions {
  readonly dataSource: Pick<DataSource, 'query'>
}

/** Tells the frontends. */
export async function createPushSender({ dataSource }: PushSenderOptions): Promise<PushSender> {
  return createPostgresPushSender({ dataSource })
}
