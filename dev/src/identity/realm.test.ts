import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inRepository } from '../repository.ts'
import { demoAccounts, seedFile } from './accounts.ts'

// The realm of Keycloak for development, held to the development identity provider.

interface Client {
  clientId: string
  publicClient: boolean
  standardFlowEnabled: boolean
  implicitFlowEnabled: boolean
  directAccessGrantsEnabled: boolean
  redirectUris?: string[]
  attributes: Record<string, string>
  defaultClientScopes: string[]
  optionalClientScopes: string[]
  protocolMappers: { protocolMapper: string; config: Record<string, string> }[]
}

interface Realm {
  users: {
    id: string
    username: string
    email: string
    emailVerified: boolean
    firstName: string
    lastName: string
    credentials: { type: string; value: string }[]
    groups: string[]
  }[]
  groups: { name: string; subGroups: { name: string }[] }[]
  clients: Client[]
  accessTokenLifespan: number
  revokeRefreshToken: boolean
  refreshTokenMaxReuse: number
}

interface Seed {
  organizations: { slug: string; members: { email: string; role: string }[] }[]
}

const realm: Realm = JSON.parse(
  readFileSync(inRepository('k8s/components/keycloak/realm/fairlead-realm.json'), 'utf8'),
)
const { organizations }: Seed = JSON.parse(readFileSync(seedFile, 'utf8'))

describe('the users of the realm', () => {
  test('are the demo accounts, with their names as passwords and verified addresses', () => {
    const users = realm.users.map(({ username, email, firstName, lastName }) => ({
      username,
      email,
      displayName: `${firstName} ${lastName}`,
    }))
    const accounts = demoAccounts().map(({ username, email, displayName }) => ({
      username,
      email,
      displayName,
    }))
    expect(users).toEqual(accounts)
    for (const { username, emailVerified, credentials } of realm.users) {
      expect({ emailVerified, credentials }, username).toMatchObject({
        emailVerified: true,
        credentials: [{ type: 'password', value: username }],
      })
    }
  })

  test('have ids, so that another import makes the same people', () => {
    const ids = realm.users.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('are in the groups of their roles, which exist', () => {
    const groups = realm.groups.flatMap(({ name, subGroups }) =>
      subGroups.map((role) => `/${name}/${role.name}`),
    )
    const memberships = organizations.flatMap(({ slug, members }) =>
      members.map(({ email, role }) => `${email} /${slug}/${role.toLowerCase()}`),
    )
    const inGroups = realm.users.flatMap(({ email, groups: joined }) =>
      joined.map((group) => `${email} ${group}`),
    )
    expect(inGroups.toSorted()).toEqual(memberships.toSorted())
    for (const { groups: joined } of realm.users) expect(groups).toEqual(expect.arrayContaining(joined))
  })
})

describe('the clients of the realm', () => {
  const clientOf = (id: string) => realm.clients.find(({ clientId }) => clientId === id)

  test.each(['fairlead-web', 'fairlead-cli'])('%s gets tokens for Fairlead, with groups', (id) => {
    const client = clientOf(id)
    expect(client?.defaultClientScopes).toEqual(expect.arrayContaining(['basic', 'profile', 'email']))
    // A session that would outlive a sign-out.
    expect(client?.optionalClientScopes).toEqual([])
    expect(client?.protocolMappers.map(({ protocolMapper, config }) => [protocolMapper, config])).toEqual([
      ['oidc-audience-mapper', expect.objectContaining({ 'included.custom.audience': 'fairlead' })],
      [
        'oidc-group-membership-mapper',
        expect.objectContaining({
          'claim.name': 'groups',
          'full.path': 'true',
          'access.token.claim': 'true',
        }),
      ],
    ])
  })

  test('fairlead-web signs in by code with PKCE alone, and leads back to known pages alone', () => {
    const client = clientOf('fairlead-web')
    expect(client).toMatchObject({
      publicClient: true,
      standardFlowEnabled: true,
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      attributes: { 'pkce.code.challenge.method': 'S256' },
    })
    for (const uri of client?.redirectUris ?? []) expect(uri).toMatch(/^[^*]+\/signed-in$/)
    expect(client?.attributes['post.logout.redirect.uris']).not.toContain('*')
  })

  test('live by short tokens and refresh tokens of a single use', () => {
    expect(realm).toMatchObject({ revokeRefreshToken: true, refreshTokenMaxReuse: 0 })
    expect(realm.accessTokenLifespan).toBeLessThanOrEqual(300)
  })
})
