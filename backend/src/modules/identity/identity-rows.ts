import type { OrganizationKind, Role } from './role-permissions.ts'

export interface Organization {
  readonly id: string
  readonly slug: string
  readonly displayName: string
  readonly kind: OrganizationKind
  readonly createTime: Date
}

export interface User {
  readonly id: string
  readonly displayName: string
  /** Empty when the identity provider tells none. */
  readonly email: string
  readonly createTime: Date
}

export interface Member {
  /** Of the membership. */
  readonly id: string
  readonly user: User
  readonly role: Role
  /** INVITED: named by e-mail address, has not signed in yet. */
  readonly state: 'INVITED' | 'ACTIVE'
  /** Follows the groups in the user's tokens. */
  readonly fromIssuer: boolean
  readonly createTime: Date
}

export interface Membership {
  readonly organization: Organization
  readonly role: Role
  readonly joinTime: Date
}

export interface ApiToken {
  readonly id: string
  readonly displayName: string
  readonly scopes: readonly string[]
  readonly prefix: string
  readonly createTime: Date
  readonly expireTime: Date
  readonly lastUseTime: Date | undefined
}

/** Rows beyond a page tell that there is another; `position` is where it begins. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly position: readonly string[] | undefined
}
