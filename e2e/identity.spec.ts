import { expect, test } from './support/fairlead-test.ts'

test('a wrong password is refused, and the right one leads back to the page asked for', async ({
  page,
  expectConsole,
}) => {
  // Chromium reports the provider's 401 itself.
  expectConsole(/401 \(Unauthorized\).*\/auth\/sign-in\//)
  await page.goto('/o/survey-institute/jobs')
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('textbox', { name: 'Username' }).fill('alice')
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByRole('textbox', { name: 'Username' }).fill('alice')
  await page.getByRole('textbox', { name: 'Password' }).fill('alice')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page).toHaveURL(/\/o\/survey-institute\/jobs/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jobs')
})

test('signing out ends the session here and at the provider', async ({ page, signIn }) => {
  await signIn('alice')
  await page
    .getByRole('button', { name: /account menu|alice/i })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('button', { name: 'Sign in' }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  // The provider asks again: it has forgotten the session too.
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeVisible()
})

test('an API token is shown once, works within its scopes, and stops when revoked', async ({
  page,
  system,
  signIn,
}) => {
  await signIn('alice', '/account')
  const name = `script ${Date.now()}`
  await page
    .getByRole('button', { name: /new token|create token/i })
    .first()
    .click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('checkbox', { name: /datasets\.read/ }).check()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /create/i })
    .click()
  const secret = (await page.getByTestId('token-secret').textContent()) ?? ''
  expect(secret).toMatch(/^flt_/)
  const call = (path: string) =>
    fetch(`${system.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await call('organizations/survey-institute/datasets')).status).toBe(200)
  expect((await call('organizations/survey-institute/jobs')).status).toBe(403)

  await page.reload()
  await expect(page.getByText(name)).toBeVisible()
  await expect(page.getByText(secret)).toHaveCount(0)
  await page.getByRole('button', { name: `Revoke ${name}` }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /revoke/i })
    .click()
  await expect(page.getByRole('button', { name: `Revoke ${name}` })).toHaveCount(0)
  await expect.poll(async () => (await call('organizations/survey-institute/datasets')).status).toBe(401)
})
