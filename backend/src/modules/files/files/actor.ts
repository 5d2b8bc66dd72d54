import type { OrganizationCallContext } from '../../../server/call-context.ts'
import type { FileRecord } from './file-record.ts'

/** Who does something with files of an organisation. */
export interface Actor {
  readonly userId: string
  readonly organizationId: string
  readonly slug: string
  /** Whether they may change everyone's. */
  readonly managesFiles: boolean
  readonly writesFiles: boolean
}

export function actorOf({ caller, organization, permissions }: OrganizationCallContext): Actor {
  return {
    userId: caller.userId,
    organizationId: organization.id,
    slug: organization.slug,
    managesFiles: permissions.has('files.manage'),
    writesFiles: permissions.has('files.write'),
  }
}

/** Whether someone may change, share and delete the file. */
export function isEntitled(actor: Actor, file: Pick<FileRecord, 'ownerId'>): boolean {
  return actor.managesFiles || (actor.writesFiles && actor.userId === file.ownerId)
}
