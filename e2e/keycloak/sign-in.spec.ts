import type { Page } from '@playwright/test'
import { expect, needsKeycloak, test } from './keycloak-test.ts'

needsKeycloak()

/** Short, so that a spec sees renewals; pages renew for the last quarter of it. */
const SHORT_SECONDS = 12
/** As the realm file has it. */
const USUAL_SECONDS = 300

const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in' }).first()
const ended = (page: Page) => page.getByText('Your session has ended.')

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
}

/** The next renewal that Keycloak answers with this status. */
const renewal = (page: Page, status: number) =>
  page.waitForResponse(
    (response) =>
      response.url().endsWith('/protocol/openid-connect/token') &&
      response.status() === status &&
      (response.request().postData() ?? '').includes('grant_type=refresh_token'),
    { timeout: 40_000 },
  )

test('a wrong password is refused, and the right one leads back to the page asked for', async ({ page }) => {
  const asked = '/o/survey-institute/jobs?phase=COMPLETED'
  await page.goto(asked)
  await signInButton(page).click()
  for (const password of ['wrong', 'alice']) {
    await page.getByRole('textbox', { name: 'Username' }).fill('alice')
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    if (password === 'wrong') await expect(page.getByText('Invalid username or password.')).toBeVisible()
  }
  await expect(page).toHaveURL((url) => `${url.pathname}${url.search}` === asked)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jobs')
})

test('signing out ends the session here and at Keycloak', async ({ page, realm, signIn }) => {
  await realm.createUser({ username: 'otto', groups: ['/microwave-lab/member'] })
  await signIn('otto')
  expect(await realm.sessions('otto')).toBe(1)
  await signOut(page)
  await expect(signInButton(page)).toBeVisible()
  expect(await realm.sessions('otto')).toBe(0)
  await signInButton(page).click()
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeVisible()
})

test('two users of one browser, one after the other, see each their own', async ({ page, signIn }) => {
  await signIn('alice', '/account')
  await expect(page.getByText('alice@example.org').first()).toBeVisible()
  await signOut(page)
  await signIn('dave', '/account')
  await expect(page.getByText('dave@example.org').first()).toBeVisible()
  await expect(page.getByText(/alice/i)).toHaveCount(0)
  await page.goto('/o/survey-institute/jobs')
  await expect(page.getByText('You are not a member of “survey-institute”')).toBeVisible()
})

test('a disabled user does not get in', async ({ page, realm }) => {
  await realm.createUser({ username: 'nora' })
  await realm.setEnabled('nora', false)
  await page.goto('/')
  await signInButton(page).click()
  await page.getByRole('textbox', { name: 'Username' }).fill('nora')
  await page.getByRole('textbox', { name: 'Password' }).fill('nora')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByText(/disabled/)).toBeVisible()
})

test.describe('with tokens of a short life', () => {
  test.beforeEach(({ realm }) => realm.update({ accessTokenLifespan: SHORT_SECONDS }))
  test.afterEach(({ realm }) => realm.update({ accessTokenLifespan: USUAL_SECONDS }))

  test('pages in two tabs are renewed again and again, and nobody notices', async ({
    page,
    context,
    signIn,
  }) => {
    await signIn('alice', '/o/survey-institute/jobs')
    const second = await context.newPage()
    await second.goto('/o/survey-institute/jobs')
    // Keycloak knows who it is.
    await signInButton(second).click()
    await expect(second.getByRole('heading', { level: 1 })).toHaveText('Jobs')
    for (let round = 0; round < 3; round++) await Promise.all([renewal(page, 200), renewal(second, 200)])
    for (const tab of [page, second]) {
      await expect(ended(tab)).toHaveCount(0)
      // A call with the token of now.
      await tab.getByRole('link', { name: 'Datasets' }).first().click()
      await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Datasets')
    }
  })

  test('an error of Keycloak in between ends no session', async ({ page, signIn, expectConsole }) => {
    expectConsole(/500 \(Internal Server Error\).*openid-connect\/token/)
    await signIn('alice', '/o/survey-institute/jobs')
    const trouble = {
      status: 500,
      headers: { 'access-control-allow-origin': '*' },
      json: { error: 'unknown_error' },
    }
    await page.route('**/openid-connect/token', (route) => route.fulfill(trouble), { times: 1 })
    await renewal(page, 500)
    await renewal(page, 200)
    await expect(ended(page)).toHaveCount(0)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jobs')
  })

  test('a session that is ended at Keycloak ends here, and signing in leads back', async ({
    page,
    realm,
    signIn,
    expectConsole,
  }) => {
    // Chromium reports the refusal itself.
    expectConsole(/400 \(Bad Request\).*openid-connect\/token/)
    await realm.createUser({ username: 'paul', groups: ['/microwave-lab/submitter'] })
    await signIn('paul', '/o/microwave-lab/jobs')
    await realm.endSessions('paul')
    await expect(ended(page)).toBeVisible({ timeout: 40_000 })
    await signInButton(page).click()
    await page.getByRole('textbox', { name: 'Username' }).fill('paul')
    await page.getByRole('textbox', { name: 'Password' }).fill('paul')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page).toHaveURL(/\/o\/microwave-lab\/jobs$/)
  })

  test('a user who is disabled is out with the next renewal', async ({
    page,
    realm,
    signIn,
    expectConsole,
  }) => {
    expectConsole(/400 \(Bad Request\).*openid-connect\/token/)
    await realm.createUser({ username: 'rita', groups: ['/microwave-lab/member'] })
    await signIn('rita')
    await realm.setEnabled('rita', false)
    await expect(ended(page)).toBeVisible({ timeout: 40_000 })
  })

  test('who leaves a group leaves the organisation with the next token, and is told', async ({
    page,
    realm,
    signIn,
  }) => {
    await realm.createUser({
      username: 'gina',
      groups: ['/microwave-lab/submitter', '/survey-institute/member'],
    })
    await signIn('gina', '/o/microwave-lab/jobs')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jobs')
    await realm.leave('gina', '/microwave-lab/submitter')
    await renewal(page, 200)
    await page.goto('/notifications')
    await expect(
      page.getByText('You are no longer a member of Microwave Background Lab').first(),
    ).toBeVisible({
      timeout: 30_000,
    })
    await expect(page.getByText('Northern Survey Institute').first()).toBeVisible()
  })
})
