import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../k8s/components/keycloak/realm/fairlead-realm.json')
/** Of the specs alone: they change it, and other users of the same Keycloak keep theirs. */
const REALM = 'fairlead-e2e'

export interface NewUser {
  readonly username: string
  /** "/organisation/role" */
  readonly groups?: readonly string[]
}

/** Keycloak's admin interface, for one realm. */
export interface Realm {
  readonly issuer: string
  /** Made anew from the realm file of the deployment. */
  create(): Promise<void>
  delete(): Promise<void>
  update(changes: Record<string, unknown>): Promise<void>
  /** Lets pages of this origin fetch tokens. */
  allowOrigin(origin: string): Promise<void>
  /** With its name as password and a verified address; any of the same name is replaced. */
  createUser(user: NewUser): Promise<void>
  setEnabled(username: string, enabled: boolean): Promise<void>
  join(username: string, group: string): Promise<void>
  leave(username: string, group: string): Promise<void>
  sessions(username: string): Promise<number>
  /** What "Sign out" of the admin console does. */
  endSessions(username: string): Promise<void>
  createClient(client: Record<string, unknown>): Promise<void>
  /** A new key signs from now on; the old ones still verify. */
  rotateKey(): Promise<void>
  /** By the password grant; the answer as Keycloak gives it. */
  token(clientId: string, username: string): Promise<{ access_token?: string; error?: string }>
}

interface Named {
  readonly id: string
  readonly name?: string
  readonly username?: string
  readonly path?: string
}

/** @param keycloakUrl with its relative path, as in http://localhost:8180/auth */
export function realmOf(keycloakUrl: string): Realm {
  const issuer = `${keycloakUrl}/realms/${REALM}`

  async function administrator(): Promise<string> {
    const response = await fetch(`${keycloakUrl}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'admin-cli',
        username: process.env['KEYCLOAK_ADMIN'] ?? 'admin',
        password: process.env['KEYCLOAK_ADMIN_PASSWORD'] ?? 'admin',
      }),
    })
    const { access_token: token, error } = (await response.json()) as {
      access_token?: string
      error?: string
    }
    if (token === undefined) throw new Error(`Keycloak refuses its administrator: ${error}`)
    return token
  }

  async function call(method: string, path: string, body?: unknown, allowed: readonly number[] = []) {
    const response = await fetch(`${keycloakUrl}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${await administrator()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok && !allowed.includes(response.status)) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`)
    }
    return text === '' ? undefined : JSON.parse(text)
  }

  async function find(what: string, matches: (found: Named) => boolean): Promise<Named> {
    const found = ((await call('GET', `/${REALM}/${what}`)) as Named[]).find(matches)
    if (found === undefined) throw new Error(`Keycloak has no such ${what}`)
    return found
  }

  const user = (username: string) => find(`users?exact=true&username=${username}`, () => true)
  const client = (clientId: string) => find(`clients?clientId=${clientId}`, () => true)
  const group = async (path: string) => (await call('GET', `/${REALM}/group-by-path${path}`)) as Named

  return {
    issuer,
    async create() {
      await this.delete()
      const realm = JSON.parse(
        (await readFile(file, 'utf8')).replaceAll(/\$\{FAIRLEAD_PUBLIC_URL:([^}]*)\}/g, '$1'),
      )
      // Ids are unique in all of Keycloak, and the deployment's realm may be there as well.
      for (const one of realm.users) delete one.id
      await call('POST', '', { ...realm, realm: REALM })
    },
    delete: () => call('DELETE', `/${REALM}`, undefined, [404]),
    update: (changes) => call('PUT', `/${REALM}`, changes),
    async allowOrigin(origin) {
      const { id } = await client('fairlead-web')
      const path = `/${REALM}/clients/${id}`
      const now = await call('GET', path)
      await call('PUT', path, { ...now, webOrigins: [...now.webOrigins, origin] })
    },
    async createUser({ username, groups = [] }) {
      const [old]: Named[] = await call('GET', `/${REALM}/users?exact=true&username=${username}`)
      if (old !== undefined) await call('DELETE', `/${REALM}/users/${old.id}`)
      await call('POST', `/${REALM}/users`, {
        username,
        enabled: true,
        email: `${username}@example.org`,
        emailVerified: true,
        firstName: username,
        lastName: 'Example',
        groups,
        credentials: [{ type: 'password', value: username, temporary: false }],
      })
    },
    async setEnabled(username, enabled) {
      const { id } = await user(username)
      await call('PUT', `/${REALM}/users/${id}`, { ...(await call('GET', `/${REALM}/users/${id}`)), enabled })
    },
    async join(username, path) {
      const [{ id }, { id: groupId }] = await Promise.all([user(username), group(path)])
      await call('PUT', `/${REALM}/users/${id}/groups/${groupId}`)
    },
    async leave(username, path) {
      const [{ id }, { id: groupId }] = await Promise.all([user(username), group(path)])
      await call('DELETE', `/${REALM}/users/${id}/groups/${groupId}`)
    },
    async sessions(username) {
      const { id } = await user(username)
      return ((await call('GET', `/${REALM}/users/${id}/sessions`)) as unknown[]).length
    },
    async endSessions(username) {
      const { id } = await user(username)
      await call('POST', `/${REALM}/users/${id}/logout`)
    },
    createClient: (made) => call('POST', `/${REALM}/clients`, { protocol: 'openid-connect', ...made }),
    async rotateKey() {
      const { id } = (await call('GET', `/${REALM}`)) as Named
      await call('POST', `/${REALM}/components`, {
        name: `rsa ${Date.now()}`,
        parentId: id,
        providerId: 'rsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        config: { priority: [String(Date.now())], enabled: ['true'], active: ['true'], algorithm: ['RS256'] },
      })
    },
    async token(clientId, username) {
      const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'password',
          client_id: clientId,
          username,
          password: username,
          scope: 'openid',
        }),
      })
      return (await response.json()) as { access_token?: string; error?: string }
    },
  }
}
