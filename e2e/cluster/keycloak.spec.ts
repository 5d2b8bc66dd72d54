import { expect, test } from './cluster-test.ts'
import { deletePods } from './harness/cluster-system.ts'
import type { Pod } from './harness/objects.ts'
import { containerIds, waitUntilReplaced } from './harness/readiness.ts'

test('Keycloak behind the front door is the issuer that tokens name', async ({ installation, system }) => {
  const issuer = `${installation.url}/auth/realms/fairlead`
  const response = await fetch(
    `${installation.loopbackUrl}/auth/realms/fairlead/.well-known/openid-configuration`,
  )
  expect(await response.json()).toMatchObject({
    issuer,
    authorization_endpoint: `${issuer}/protocol/openid-connect/auth`,
    code_challenge_methods_supported: expect.arrayContaining(['S256']),
  })
  const [, payload = ''] = (await system.token('alice')).split('.')
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    iss: issuer,
    aud: 'fairlead',
    email: 'alice@example.org',
    email_verified: true,
  })
})

test('signing out ends the session at Keycloak too', async ({ page, signIn }) => {
  await signIn('carol', '/o/survey-institute/jobs')
  await expect(page).toHaveURL(/\/o\/survey-institute\/jobs$/)
  await page.getByRole('button', { name: 'Account menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeVisible()
})

test('sessions and people outlive a restart of Keycloak, whose keys are asked for again', async ({
  context,
  installation,
  signIn,
  expectConsole,
}) => {
  test.setTimeout(400_000)
  // A renewal may come just when there is no Keycloak.
  expectConsole(/503 \(Service Unavailable\).*\/auth\//)
  const { kubectl } = installation
  await signIn('dave', '/account')
  const pods = await kubectl.list<Pod>('pods', 'keycloak')
  const before = new Set(pods.flatMap(containerIds))
  await deletePods(kubectl, pods)
  await waitUntilReplaced(kubectl, 'keycloak', before, 300_000)
  const second = await context.newPage()
  await second.goto('/account')
  await second.getByRole('button', { name: 'Sign in' }).first().click()
  // Without a password: Keycloak still knows who it is.
  await expect(second.getByText('dave@example.org').first()).toBeVisible()
  await second.goto('/o/microwave-lab/jobs')
  await expect(second.getByRole('heading', { level: 1 })).toHaveText('Jobs')
})
