import type { DataSource } from 'typeorm'
import { inTransaction } from '../../database/index.ts'
import type { ApiTokenStore } from './api-token-store.ts'
import { apiTokenSecrets } from './authentication/api-token-secret.ts'
import { scopeNotGrantable, tokenNotFound, tooManyTokens } from './errors.ts'
import type { ApiToken } from './identity-rows.ts'
import { tokenScopes } from './role-permissions.ts'

export interface ApiTokenRequest {
  readonly displayName: string
  readonly scopes: readonly string[]
  /** 0 means the default. */
  readonly lifetimeDays: number
}

export interface ApiTokenService {
  list(userId: string): Promise<ApiToken[]>
  /** The secret is in this answer and nowhere else. */
  create(userId: string, request: ApiTokenRequest): Promise<{ token: ApiToken; secret: string }>
  /** Revoked at once. */
  delete(userId: string, id: string): Promise<void>
}

const TOKENS_PER_USER = 100
const DEFAULT_LIFETIME_DAYS = 90

/**
 * @param permissionsOf everything that the user may do anywhere
 * @param forget called with a user whose tokens have changed, after the change is durable
 */
export function createApiTokenService(
  dataSource: DataSource,
  tokens: ApiTokenStore,
  permissionsOf: (userId: string) => Promise<ReadonlySet<string>>,
  forget: (userId: string) => void,
): ApiTokenService {
  return {
    list: (userId) => tokens.ofUser(userId),
    async create(userId, { displayName, scopes, lifetimeDays }) {
      const held = await permissionsOf(userId)
      for (const [index, scope] of scopes.entries()) {
        if (!held.has(scope) || !tokenScopes.has(scope)) throw scopeNotGrantable(index, scope)
      }
      const { secret, hash, prefix } = apiTokenSecrets.make()
      const token = await inTransaction(dataSource, async (manager) => {
        if ((await tokens.countLocked(manager, userId)) >= TOKENS_PER_USER)
          throw tooManyTokens(TOKENS_PER_USER)
        return tokens.insert(manager, {
          userId,
          displayName,
          hash,
          prefix,
          scopes,
          lifetimeDays: lifetimeDays === 0 ? DEFAULT_LIFETIME_DAYS : lifetimeDays,
        })
      })
      return { token, secret }
    },
    async delete(userId, id) {
      if (!(await tokens.delete(userId, id))) throw tokenNotFound()
      forget(userId)
    },
  }
}
