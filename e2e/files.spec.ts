import { randomBytes } from 'node:crypto'
import { expect, test } from './support/fairlead-test.ts'
import { as, choose, describeFiles, scannerSettings, upload } from './support/file-journeys.ts'

test.use({ ownSystem: true, systemEnvironment: scannerSettings })

describeFiles()

test('the operator sets quotas and policies, and uploads keep to them', async ({
  page,
  browser,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(300_000)
  await signInHere('olivia', '/operator/quarantine?view=storage')
  const storage = page.getByRole('table', { name: 'Storage of organisations' })
  const lab = storage.getByRole('row', { name: /Microwave Background Lab/ })
  await expect(lab).toBeVisible()
  await expectAccessible('storage')
  const setQuota = async (gigabytes: string) => {
    await lab.getByRole('button', { name: /^Set the quota of/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Quota of/ })
    await dialog.getByRole('textbox', { name: 'Quota (GB)' }).fill(gigabytes)
    await dialog.getByRole('button', { name: 'Set', exact: true }).click()
    await expect(dialog).toHaveCount(0)
  }
  await setQuota('0.000001')
  await expect(lab).toContainText('of 1.00 kB')

  await as(browser, system.url, 'dave', '/o/microwave-lab/files', async (member) => {
    const name = 'too-large.bin'
    await choose(member, { name, mimeType: 'application/octet-stream', buffer: randomBytes(200_000) })
    await expect(upload(member, name)).toHaveAttribute('data-phase', 'failed', { timeout: 30_000 })
    await expect(upload(member, name)).toContainText(/quota/)
  })
  await setQuota('107.3741824')

  await page.getByRole('tab', { name: 'Policies' }).click()
  const policies = page.getByRole('table', { name: 'Policies of files' })
  await expect(policies.getByRole('row')).toHaveCount(6)
  await policies.getByRole('button', { name: 'Change the policy of Algorithm' }).click()
  const dialog = page.getByRole('dialog', { name: 'Policy: Algorithm' })
  await dialog.getByRole('textbox', { name: 'Types by content' }).fill('no type')
  await dialog.getByRole('button', { name: 'Change the policy' }).click()
  await expect(dialog).toContainText('is not a media type')
  await expectAccessible('a policy')
  await dialog.getByRole('textbox', { name: 'Types by content' }).fill('application/zip\napplication/gzip')
  await dialog.getByRole('button', { name: 'Change the policy' }).click()
  await expect(policies).toContainText('application/zip, application/gzip')
})
