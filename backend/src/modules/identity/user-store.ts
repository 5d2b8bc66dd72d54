import type { DataSource, EntityManager } from 'typeorm'
import { v7 } from 'uuid'
import type { AccessTokenClaims } from './authentication/access-token-verifier.ts'
import type { User } from './identity-rows.ts'

interface UserRow {
  id: string
  display_name: string
  email: string | null
  create_time: Date
}

const COLUMNS = 'id, display_name, email, create_time'

function userOf(row: UserRow): User {
  return { id: row.id, displayName: row.display_name, email: row.email ?? '', createTime: row.create_time }
}

export class UserStore {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  async byId(id: string): Promise<User | undefined> {
    const [row]: UserRow[] = await this.#dataSource.query(`select ${COLUMNS} from users where id = $1`, [id])
    return row === undefined ? undefined : userOf(row)
  }

  /** Who last proved to have the address, or else who is invited by it. */
  async byEmail(email: string): Promise<User | undefined> {
    const [row]: UserRow[] = await this.#dataSource.query(
      `select ${COLUMNS} from users where email = $1 and (email_verified or issuer is null)
       order by issuer is null, create_time desc limit 1`,
      [email],
    )
    return row === undefined ? undefined : userOf(row)
  }

  async displayNames(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map()
    const rows: { id: string; display_name: string }[] = await this.#dataSource.query(
      'select id, display_name from users where id = any($1)',
      [ids],
    )
    return new Map(rows.map((row) => [row.id, row.display_name]))
  }

  /** The user of these claims, when nothing about them is new: the usual case, one query. */
  async unchanged(claims: AccessTokenClaims): Promise<string | undefined> {
    const [row]: { id: string }[] = await this.#dataSource.query(
      `select id from users
       where issuer = $1 and subject = $2 and email is not distinct from $3 and email_verified = $4
         and display_name = $5
         and not ($4 and exists (select from users invited where invited.email = $3 and invited.issuer is null))`,
      [claims.issuer, claims.subject, claims.email, claims.emailVerified, claims.displayName],
    )
    return row?.id
  }

  /** Serialises sign-ins and invitations of one address: whichever comes second sees the first. */
  async lockEmail(manager: EntityManager, email: string): Promise<void> {
    await manager.query(`select pg_advisory_xact_lock(hashtextextended('identity email ' || $1, 0))`, [email])
  }

  async byIdentity(manager: EntityManager, issuer: string, subject: string): Promise<string | undefined> {
    return this.#id(manager, 'select id from users where issuer = $1 and subject = $2 for update', [
      issuer,
      subject,
    ])
  }

  async invited(manager: EntityManager, email: string): Promise<string | undefined> {
    return this.#id(manager, 'select id from users where email = $1 and issuer is null for update', [email])
  }

  /** The one who last proved to have the address. */
  async byVerifiedEmail(manager: EntityManager, email: string): Promise<string | undefined> {
    return this.#id(
      manager,
      `select id from users where email = $1 and email_verified and issuer is not null
       order by create_time desc limit 1 for update`,
      [email],
    )
  }

  /** Someone with that address from an issuer that this installation no longer uses. */
  async ofFormerIssuer(manager: EntityManager, email: string, issuer: string): Promise<string | undefined> {
    return this.#id(
      manager,
      `select id from users where email = $1 and email_verified and issuer <> $2
       order by create_time desc limit 1 for update`,
      [email, issuer],
    )
  }

  async insertInvited(manager: EntityManager, email: string, displayName: string): Promise<string> {
    const id = v7()
    await manager.query('insert into users (id, email, display_name) values ($1, $2, $3)', [
      id,
      email,
      displayName,
    ])
    return id
  }

  /** Undefined when another sign-in of the same identity came first. */
  async insert(manager: EntityManager, claims: AccessTokenClaims): Promise<string | undefined> {
    return this.#id(
      manager,
      `insert into users (id, issuer, subject, email, email_verified, display_name)
       values ($1, $2, $3, $4, $5, $6) on conflict on constraint users_identity do nothing returning id`,
      [v7(), claims.issuer, claims.subject, claims.email, claims.emailVerified, claims.displayName],
    )
  }

  async update(manager: EntityManager, id: string, claims: AccessTokenClaims): Promise<void> {
    await manager.query(
      `update users set issuer = $2, subject = $3, email = $4, email_verified = $5, display_name = $6
       where id = $1`,
      [id, claims.issuer, claims.subject, claims.email, claims.emailVerified, claims.displayName],
    )
  }

  /** Notes that groups of a token from then are followed; false when those of a newer one were. */
  async followGroups(manager: EntityManager, id: string, issueTime: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await manager.query(
      `update users set groups_time = $2 where id = $1 and (groups_time is null or groups_time <= $2)
       returning id`,
      [id, issueTime],
    )
    return rows.length > 0
  }

  /** Gives an invited person's memberships to the one who signed in; an existing membership stays as it is. */
  async mergeInvited(manager: EntityManager, invitedId: string, userId: string): Promise<void> {
    await manager.query(
      `update memberships m set user_id = $2 where user_id = $1 and not exists (
         select from memberships held where held.organization_id = m.organization_id and held.user_id = $2)`,
      [invitedId, userId],
    )
    await manager.query('delete from memberships where user_id = $1', [invitedId])
    await manager.query('delete from users where id = $1', [invitedId])
  }

  async #id(manager: EntityManager, sql: string, parameters: unknown[]): Promise<string | undefined> {
    const rows: { id: string }[] = await manager.query(sql, parameters)
    return rows[0]?.id
  }
}
