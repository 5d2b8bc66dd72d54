import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { type IdentityService, memberKey, membersAmong } from '../../identity/index.ts'
import { personNotFound } from '../consent/index.ts'
import type { NamedRow } from '../page-by-name.ts'
import { notAMember } from './person-errors.ts'
import {
  findPerson,
  insertPerson,
  listPersons,
  type OwnedPerson,
  type Person,
  type PersonColumns,
  personsOfUser,
  updatePerson,
} from './person-store.ts'
import { translated } from './translated.ts'

export interface PersonInput {
  readonly displayName: string
  readonly externalId: string
  /** Empty for none. */
  readonly userEmail: string
}

/** As many as one answer lists. */
const OWN_PERSONS_LISTED = 100

/** Persons whose locations an organisation keeps. */
export class PeopleService {
  readonly #dataSource: DataSource
  readonly #identity: IdentityService

  constructor(dataSource: DataSource, identity: IdentityService) {
    this.#dataSource = dataSource
    this.#identity = identity
  }

  list(
    organizationId: string,
    search: string,
    after: NamedRow | undefined,
    limit: number,
  ): Promise<readonly Person[]> {
    return listPersons(this.#dataSource, organizationId, search.trim(), after, limit)
  }

  async get(organizationId: string, id: string): Promise<Person> {
    const person = await findPerson(this.#dataSource, organizationId, id)
    if (person === undefined) throw personNotFound()
    return person
  }

  /** At most one in each organisation. */
  ofUser(userId: string): Promise<readonly OwnedPerson[]> {
    return personsOfUser(this.#dataSource, userId, OWN_PERSONS_LISTED)
  }

  /** The caller's own person, in whatever organisation; NOT_FOUND for everybody else's. */
  async own(userId: string, organizationId: string, id: string): Promise<Person> {
    const person = await this.get(organizationId, id)
    if (person.userId !== userId) throw personNotFound()
    return person
  }

  async create(organizationId: string, { displayName, externalId, userEmail }: PersonInput): Promise<Person> {
    const userId = await this.#memberOf(organizationId, userEmail)
    const id = v7()
    await translated(() =>
      insertPerson(this.#dataSource, organizationId, id, { displayName, externalId, userId }),
    )
    return this.get(organizationId, id)
  }

  async update(organizationId: string, id: string, update: Partial<PersonInput>): Promise<Person> {
    const columns: PersonColumns = {
      ...(update.displayName === undefined ? {} : { display_name: update.displayName }),
      ...(update.externalId === undefined ? {} : { external_id: update.externalId || null }),
      ...(update.userEmail === undefined
        ? {}
        : { user_id: (await this.#memberOf(organizationId, update.userEmail)) ?? null }),
    }
    const updated = await translated(() => updatePerson(this.#dataSource, organizationId, id, columns))
    if (!updated) throw personNotFound()
    return this.get(organizationId, id)
  }

  async #memberOf(organizationId: string, email: string): Promise<string | undefined> {
    if (email.trim() === '') return undefined
    const user = await this.#identity.userByEmail(email)
    if (user === undefined) throw notAMember()
    const key = { organizationId, userId: user.id }
    const members = await membersAmong(this.#dataSource.manager, [key])
    if (!members.has(memberKey(key))) throw notAMember()
    return user.id
  }
}
