import { startFairlead } from '@fairlead/dev/start'
import { realmOf } from './realm.ts'

/** Starts a system whose issuer is a realm of the Keycloak at KEYCLOAK_URL; without one the specs are skipped. */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  const keycloakUrl = process.env['KEYCLOAK_URL']
  if (keycloakUrl === undefined) {
    console.log('KEYCLOAK_URL is not set: the specs that need a Keycloak are skipped.')
    return undefined
  }
  const realm = realmOf(keycloakUrl)
  await realm.create()
  const running = await startFairlead({
    env: {
      FAIRLEAD_OIDC_ISSUER: realm.issuer,
      FAIRLEAD_OIDC_GROUPS_CLAIM: 'groups',
      FAIRLEAD_DEMO_IMAGES: 'off',
    },
    timeoutMs: 240_000,
  })
  await realm.allowOrigin(running.url)
  process.env['FAIRLEAD_URL'] = running.url
  process.env['FAIRLEAD_HOME'] = running.home
  return async () => {
    await running.stop()
    await realm.delete()
  }
}
