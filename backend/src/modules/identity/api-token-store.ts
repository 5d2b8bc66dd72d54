import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import type { ApiToken } from './identity-rows.ts'

interface ApiTokenRow {
  id: string
  display_name: string
  scopes: string[]
  prefix: string
  create_time: Date
  expire_time: Date
  last_use_time: Date | null
}

export interface ApiTokenCredential {
  readonly id: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly expireTime: Date
}

const COLUMNS = 'id, display_name, scopes, prefix, create_time, expire_time, last_use_time'

function apiTokenOf(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    displayName: row.display_name,
    scopes: row.scopes,
    prefix: row.prefix,
    createTime: row.create_time,
    expireTime: row.expire_time,
    lastUseTime: row.last_use_time ?? undefined,
  }
}

export class ApiTokenStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async byHash(hash: Buffer): Promise<ApiTokenCredential | undefined> {
    const [row]: { id: string; user_id: string; scopes: string[]; expire_time: Date }[] =
      await this.#dataSource.query(
        'select id, user_id, scopes, expire_time from api_tokens where hash = $1',
        [hash],
      )
    if (row === undefined) return undefined
    return { id: row.id, userId: row.user_id, scopes: row.scopes, expireTime: row.expire_time }
  }

  async ofUser(userId: string): Promise<ApiToken[]> {
    const rows: ApiTokenRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from api_tokens where user_id = $1 order by create_time, id`,
      [userId],
    )
    return rows.map(apiTokenOf)
  }

  /** Holds back other creations of the same user until the transaction ends. */
  async countLocked(manager: EntityManager, userId: string): Promise<number> {
    await manager.query('select from users where id = $1 for update', [userId])
    const [row]: { count: number }[] = await manager.query(
      'select count(*)::int as count from api_tokens where user_id = $1',
      [userId],
    )
    return row?.count ?? 0
  }

  async insert(
    manager: EntityManager,
    token: {
      readonly userId: string
      readonly displayName: string
      readonly hash: Buffer
      readonly prefix: string
      readonly scopes: readonly string[]
      readonly lifetimeDays: number
    },
  ): Promise<ApiToken> {
    const [row]: [ApiTokenRow] = await manager.query(
      `insert into api_tokens (id, user_id, display_name, hash, prefix, scopes, expire_time)
       values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7)) returning ${COLUMNS}`,
      [v7(), token.userId, token.displayName, token.hash, token.prefix, token.scopes, token.lifetimeDays],
    )
    return apiTokenOf(row)
  }

  /** False when the user has no such token. */
  async delete(userId: string, id: string): Promise<boolean> {
    const [, affected]: [unknown, number] = await this.#dataSource.query(
      'delete from api_tokens where user_id = $1 and id = $2',
      [userId, id],
    )
    return affected > 0
  }

  /** Kept to the minute: later uses within it write nothing. */
  async noteUse(id: string): Promise<void> {
    await this.#dataSource.query(
      `update api_tokens set last_use_time = date_trunc('minute', now())
       where id = $1 and (last_use_time is null or last_use_time < date_trunc('minute', now()))`,
      [id],
    )
  }
}
