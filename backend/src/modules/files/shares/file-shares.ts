import type { DataSource } from 'typeorm'
import { validate } from 'uuid'
import { inTransaction } from '../../../database/index.ts'
import { DomainError, invalidField } from '../../../errors/domain-error.ts'
import { writeEvent } from '../../../outbox/index.ts'
import type { SharedResources } from '../../../server/authorize.ts'
import type { IdentityService } from '../../identity/index.ts'
import { type Actor, isEntitled } from '../files/actor.ts'
import { type FileRecord, type FileRow, fileColumns, fileOf, readFile } from '../files/file-record.ts'
import { fileInTrash, fileNotFound, notYourFile } from '../files/files-errors.ts'
import { type Database, rows } from '../sql.ts'
import { writeFileEvent } from '../versions/file-events.ts'
import { notifyFile } from '../watch/file-notice.ts'

/** A list of people, not a publication. */
const SHARES_MAX = 100
/** "organizations/{slug}/files/{id}" and what is below it. */
const FILE_NAME = /^organizations\/([a-z][a-z0-9-]{1,62})\/files\/([0-9a-f-]{36})(?:\/|$)/
const FIRST_CURSOR: ShareCursor = { shareTime: 'infinity', fileId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }

export interface FileShareRecord {
  /** One of the two. */
  readonly userId: string | undefined
  readonly organizationId: string | undefined
  readonly createTime: Date
}

/** With whom: what a request names. */
export type ShareWith =
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'organization'; readonly slug: string }

/** Where a page ended: create_time of the share as PostgreSQL writes it, and the file's id. */
export interface ShareCursor {
  readonly shareTime: string
  readonly fileId: string
}

/** Who else may see and fetch a file than the members of its organisation. */
export class FileShares {
  readonly #dataSource: DataSource
  readonly #identity: IdentityService

  constructor(dataSource: DataSource, identity: IdentityService) {
    this.#dataSource = dataSource
    this.#identity = identity
  }

  /** Sharing once more changes nothing, but that an administrator's share reaches beyond the organisation. */
  async share(actor: Actor, fileId: string, asked: ShareWith): Promise<void> {
    const target = await this.#target(actor, asked)
    await inTransaction(this.#dataSource, async (manager) => {
      const file = await ownFile(manager, actor, fileId)
      if (file.trashTime !== undefined) throw fileInTrash()
      if (target.userId === file.ownerId) {
        throw invalidField('email', 'is that of who owns the file, who sees it anyway.', 'SHARE_WITH_OWNER')
      }
      const inserted = await rows<{ added: boolean }>(
        manager,
        `insert into file_shares (file_id, user_id, organization_id, creator_id, beyond_organization)
         select $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5
         where (select count(*) from file_shares where file_id = $1) < $6::int
           or exists (select from file_shares where file_id = $1 and user_id is not distinct from $2::uuid
             and organization_id is not distinct from $3::uuid)
         on conflict (file_id, user_id, organization_id) do update
           set beyond_organization = file_shares.beyond_organization or excluded.beyond_organization
         -- a row that this statement inserted has never been locked or updated
         returning xmax = 0 as added`,
        [
          fileId,
          target.userId ?? null,
          target.organizationId ?? null,
          actor.userId,
          actor.managesFiles,
          SHARES_MAX,
        ],
      )
      if (inserted[0] === undefined) throw sharesFull()
      if (!inserted[0].added) return
      await writeFileEvent(manager, {
        fileId,
        organizationId: file.organizationId,
        kind: 'shared',
        actorId: actor.userId,
        description: `It was shared with ${target.name}.`,
      })
      await writeEvent(manager, {
        routingKey: `files.shared.${file.organizationId}`,
        payload: {
          file: fileId,
          organization: file.organizationId,
          owner: file.ownerId,
          display_name: file.displayName,
          shared_by: actor.userId,
          ...(target.userId === undefined ? {} : { shared_with: target.userId }),
          ...(target.organizationId === undefined ? {} : { shared_with_organization: target.organizationId }),
        },
      })
      await notifyFile(manager, file.organizationId, fileId)
    })
  }

  /** @param shared FileShare.with: "users/{uuid}" or "organizations/{slug}" */
  async unshare(actor: Actor, fileId: string, shared: string): Promise<void> {
    const [collection, key = ''] = shared.split('/')
    const organization =
      collection === 'organizations' ? await this.#identity.organizationBySlug(key) : undefined
    const userId = collection === 'users' && validate(key) ? key : undefined
    await inTransaction(this.#dataSource, async (manager) => {
      const file = await ownFile(manager, actor, fileId)
      const ended = await rows(
        manager,
        `delete from file_shares where file_id = $1 and (user_id = $2 or organization_id = $3) returning file_id`,
        [fileId, userId ?? null, organization?.id ?? null],
      )
      if (ended.length === 0) throw shareNotFound()
      const name =
        organization?.displayName ??
        (await this.#identity.displayNames([userId ?? ''])).get(userId ?? '') ??
        'them'
      await writeFileEvent(manager, {
        fileId,
        organizationId: file.organizationId,
        kind: 'unshared',
        actorId: actor.userId,
        description: `Its share with ${name} was ended.`,
      })
      await notifyFile(manager, file.organizationId, fileId)
    })
  }

  /** Oldest first. */
  async of(fileId: string): Promise<FileShareRecord[]> {
    const found = await rows<{ user_id: string | null; organization_id: string | null; create_time: Date }>(
      this.#dataSource,
      `select user_id, organization_id, create_time from file_shares where file_id = $1
       order by create_time, user_id, organization_id`,
      [fileId],
    )
    return found.map((row) => ({
      userId: row.user_id ?? undefined,
      organizationId: row.organization_id ?? undefined,
      createTime: row.create_time,
    }))
  }

  /** Files of other organisations that were shared with a user or an organisation of theirs, the latest share first. */
  async sharedWith(
    userId: string,
    after: ShareCursor | undefined,
    pageSize: number,
  ): Promise<{ files: FileRecord[]; next: ShareCursor | undefined }> {
    const own = await this.#organizationsOf(userId)
    const { shareTime, fileId } = after ?? FIRST_CURSOR
    const found = await rows<FileRow & { share_time: string }>(
      this.#dataSource,
      `select ${fileColumns}, share_time::text from (
         select file_id, max(create_time) as share_time from file_shares
         where beyond_organization and (user_id = $1 or organization_id = any($2::uuid[])) group by file_id
       ) as shares join files on files.id = file_id
       where trash_time is null and organization_id <> all($2::uuid[])
         and (share_time, file_id) < ($3::timestamptz, $4::uuid)
       order by share_time desc, file_id desc limit $5`,
      [userId, own, shareTime, fileId, pageSize + 1],
    )
    const page = found.slice(0, pageSize)
    const last = found.length > pageSize ? page.at(-1) : undefined
    return {
      files: page.map(fileOf),
      next: last === undefined ? undefined : { shareTime: last.share_time, fileId: last.id },
    }
  }

  /** As the access interceptor asks for it; open watches ask again every few seconds. */
  get resources(): SharedResources {
    return {
      sharedWith: async (resourceName, userId) => {
        const [, slug, fileId] = FILE_NAME.exec(resourceName) ?? []
        if (slug === undefined || fileId === undefined || !validate(fileId)) return undefined
        const found = await rows<{
          owning_id: string
          user_id: string | null
          organization_id: string | null
        }>(
          this.#dataSource,
          `select files.organization_id as owning_id, file_shares.user_id, file_shares.organization_id
           from file_shares join files on files.id = file_id
           where file_id = $1 and beyond_organization and trash_time is null
             and (user_id = $2 or file_shares.organization_id is not null)`,
          [fileId, userId],
        )
        const [first] = found
        if (first === undefined) return undefined
        const toUser = found.some((share) => share.user_id === userId)
        if (!toUser) {
          const own = new Set(await this.#organizationsOf(userId))
          if (!found.some(({ organization_id: id }) => id !== null && own.has(id))) return undefined
        }
        const organization = await this.#identity.organizationById(first.owning_id)
        return organization?.slug === slug ? { id: organization.id, slug } : undefined
      },
    }
  }

  async #organizationsOf(userId: string): Promise<string[]> {
    return (await this.#identity.membershipsOf(userId)).map(({ organization }) => organization.id)
  }

  /** To an owner who may share with members alone, others are as absent as nobody: the answer tells no more. */
  async #target(
    actor: Actor,
    asked: ShareWith,
  ): Promise<{ userId?: string; organizationId?: string; name: string }> {
    if (asked.kind === 'organization') {
      const found = actor.managesFiles ? await this.#identity.organizationBySlug(asked.slug) : undefined
      if (found === undefined) throw targetNotFound(actor, 'organisation')
      if (found.id === actor.organizationId) {
        throw invalidField(
          'organization',
          'is the one that the file belongs to: its members see it anyway.',
          'SHARE_WITH_OWNER',
        )
      }
      return { organizationId: found.id, name: found.displayName }
    }
    const user = await this.#identity.userByEmail(asked.email)
    if (user === undefined) throw targetNotFound(actor, 'user')
    const name = user.displayName === '' ? asked.email : user.displayName
    if (actor.managesFiles) return { userId: user.id, name }
    if ((await this.#organizationsOf(user.id)).includes(actor.organizationId))
      return { userId: user.id, name }
    throw targetNotFound(actor, 'user')
  }
}

/** Gives one user's shares to another; of two of the same file the other's stays. */
export async function moveFileShares(
  database: Database,
  fromUserId: string,
  toUserId: string,
): Promise<void> {
  await rows(
    database,
    `update file_shares set user_id = $2 where user_id = $1 and not exists (
       select from file_shares as held where held.file_id = file_shares.file_id and held.user_id = $2)`,
    [fromUserId, toUserId],
  )
}

async function ownFile(database: Database, actor: Actor, fileId: string): Promise<FileRecord> {
  const file = await readFile(database, actor.organizationId, fileId, 'for update')
  if (file === undefined) throw fileNotFound()
  if (!isEntitled(actor, file)) throw notYourFile()
  return file
}

function targetNotFound(actor: Actor, what: 'user' | 'organisation'): DomainError {
  const text = actor.managesFiles
    ? `There is no such ${what}.`
    : `There is no such ${what} that you may share with: with others than members of your organisation, its administrators share.`
  return new DomainError('NOT_FOUND', 'SHARE_TARGET_NOT_FOUND', text)
}

function shareNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'SHARE_NOT_FOUND', 'The file is not shared with them.')
}

function sharesFull(): DomainError {
  return new DomainError(
    'RESOURCE_EXHAUSTED',
    'SHARES_FULL',
    `A file is shared at most ${SHARES_MAX} times. End a share first, or share with an organisation.`,
  )
}
