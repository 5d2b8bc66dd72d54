import { test as base, expect } from '../support/fairlead-test.ts'
import { type Realm, realmOf } from './realm.ts'

interface Fixtures {
  readonly realm: Realm
}

const keycloakUrl = process.env['KEYCLOAK_URL']

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from the pattern
  realm: async ({}, use) => use(realmOf(keycloakUrl ?? '')),
})

/** At the head of a file of specs. */
export function needsKeycloak(): void {
  test.skip(keycloakUrl === undefined, 'KEYCLOAK_URL is not set: no Keycloak to sign in at')
}

export { expect }
