import type { Page } from '@playwright/test'
import { apiAs } from './support/api.ts'
import { expect, signIn, test } from './support/fairlead-test.ts'

const organization = 'survey-institute'
const base = `/o/${organization}`
const registry = 'registry.example.org/survey'
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

// Nothing of these images runs: there is no Kubernetes here, and no such registry.
test.use({ ownSystem: true, systemEnvironment: { FAIRLEAD_ALGORITHM_REGISTRIES: registry } })

interface Algorithm {
  readonly name: string
  readonly state: string
  readonly reviewComment: string
  readonly spec: {
    readonly image: string
    readonly command: readonly string[]
    readonly parameters: readonly { readonly name: string; readonly kind: string; readonly maximum: number }[]
    readonly inputs: readonly { readonly name: string }[]
    readonly datasets: readonly string[]
  }
}

/** So that a test finds its own among those of other runs. */
const unique = () => Date.now().toString(36)

const bell = (page: Page) => page.getByRole('button', { name: /^Notifications/ })

function manifest(name: string, image = `${registry}/measure@${digest}`): string {
  return `kind: Algorithm
name: ${name}
displayName: Measure ${name}
image: ${image}
command: [python, /measure.py]
parameters:
  - {name: SIGMA, kind: NUMBER, minimum: 0, maximum: 10, defaultValue: 2.5}
inputs:
  - {name: tile, description: A FITS image, maxFiles: 1}
environment: small
datasets: ["*"]
`
}

test('an algorithm is registered by the form, what is wrong being said where it is, and approved by another person', async ({
  page,
  browser,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(180_000)
  const id = `measure-${unique()}`
  await signInHere('alice', `${base}/algorithms`)
  await page.getByRole('link', { name: 'Register an algorithm' }).first().click()
  const check = page.getByTestId('check')
  await expect(check).toHaveText(/Still needed: a name, an identifier, an image, an environment/)
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await expect(page.getByText('Give it a name.')).toBeVisible()

  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Measure tiles')
  const identifier = page.getByRole('textbox', { name: 'Identifier' })
  await expect(identifier).toHaveValue('measure-tiles')
  await identifier.fill(id)
  const image = page.getByRole('textbox', { name: 'Image' })
  await image.fill(`${registry}/measure:latest`)
  await page.getByRole('textbox', { name: 'Command' }).fill('python\n/measure.py')
  await page.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: /^Small/ }).click()
  await expect(page.getByText(/The image names the tag "latest"/)).toBeVisible()
  await expect(image).toHaveAttribute('aria-invalid', 'true')
  await expect(check).toHaveText('One thing is to be corrected.')

  await page.getByRole('button', { name: 'Add a parameter' }).click()
  const parameter = page.getByRole('group', { name: 'Parameter 1' })
  await parameter.getByRole('textbox', { name: 'Name' }).fill('sigma')
  await parameter.getByRole('combobox', { name: 'What parameter 1 takes' }).click()
  await page.getByRole('option', { name: 'Number' }).click()
  await parameter.getByRole('textbox', { name: 'At most' }).fill('10')
  await expect(parameter.getByText(/"sigma" must be upper case/)).toBeVisible()
  await page.getByRole('button', { name: 'Add an input' }).click()
  const input = page.getByRole('group', { name: 'Input 1' })
  await input.getByRole('textbox', { name: 'Name' }).fill('tile')
  await image.fill(`elsewhere.example.org/measure@${digest}`)
  await expect(page.getByText(new RegExp(`images may come from ${registry}`))).toBeVisible()
  await expectAccessible('the form with what is wrong')

  await image.fill(`${registry}/measure@${digest}`)
  await parameter.getByRole('textbox', { name: 'Name' }).fill('SIGMA')
  await page.getByRole('radio', { name: /^Any that the organisation/ }).check()
  await expect(check).toHaveText('Nothing is wrong with it.')
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Measure tiles' })).toBeVisible()
  await expect(page.getByTestId('algorithm-decision')).toContainText('Waits for approval')
  await expectAccessible('an algorithm')

  const api = await apiAs(system, 'alice', organization)
  const registered = await api.get<Algorithm>(`organizations/${organization}/algorithms/${id}/versions/1`)
  expect(registered).toMatchObject({
    state: 'ALGORITHM_STATE_PENDING',
    spec: {
      image: `${registry}/measure@${digest}`,
      command: ['python', '/measure.py'],
      parameters: [{ name: 'SIGMA', kind: 'PARAMETER_KIND_NUMBER', maximum: 10 }],
      inputs: [{ name: 'tile' }],
      datasets: ['*'],
    },
  })

  // Somebody of the operator decides, and sees all that it depends on.
  const desk = await browser.newContext({ baseURL: system.url })
  try {
    const operator = await desk.newPage()
    await signIn(operator, 'olivia', '/operator/workflows')
    const card = operator.getByTestId('to-review').filter({ hasText: `${id}@1` })
    await expect(card).toContainText('registry.example.org')
    await expect(card).toContainText('python /measure.py')
    await expect(card).toContainText('Any that the organisation of the run may read.')
    await card.getByRole('button', { name: 'Approve…' }).click()
    const dialog = operator.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Comment' }).fill('Built from the sources that you named.')
    await dialog.getByRole('button', { name: 'Approve', exact: true }).click()
    await expect(card).toHaveCount(0)
  } finally {
    await desk.close()
  }

  // The page that is open shows it by itself, and whoever registered it is told.
  await expect(page.getByTestId('algorithm-decision')).toContainText('Approved')
  await expect(page.getByText('Built from the sources that you named.').first()).toBeVisible()
  await expect(bell(page)).toHaveAccessibleName(/[1-9]\d* unread/)
  await page.goto('/notifications')
  const told = page.getByRole('main').getByRole('link', { name: /“Measure tiles”, version 1, was approved/ })
  await told.first().click()
  await expect(page.getByRole('heading', { level: 1, name: 'Measure tiles' })).toBeVisible()

  // It can be run as far as the installation goes: it says what is missing.
  await page.getByRole('link', { name: 'Run', exact: true }).click()
  await expect(page.getByTestId('containers-unavailable')).toContainText(
    'Container workflows need Kubernetes',
  )
  await expect(page.getByRole('group', { name: /^tile/ })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'SIGMA' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled()
  await expectAccessible('the form for a run')
})

test('an algorithm is registered by a manifest, whose mistakes are told by their lines', async ({
  page,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(120_000)
  const id = `count-${unique()}`
  await signInHere('alice', `${base}/algorithms/new`)
  await page.getByRole('radiogroup', { name: 'How to register it' }).getByText('Manifest').click()
  const editor = page.getByRole('textbox', { name: 'Manifest' })
  await editor.fill(
    manifest(id, `${registry}/measure:latest`).replace('environment: small', 'environment: huge'),
  )
  const check = page.getByTestId('check')
  await expect(check).toHaveText('2 things are to be corrected.')
  await expect(page.getByRole('button', { name: 'Line 4' })).toBeVisible()
  await expectAccessible('a manifest with mistakes')
  await page.getByRole('button', { name: 'Line 10' }).press('Enter')
  await expect(editor).toBeFocused()
  await page.keyboard.type('environment: small')
  await expect(check).toHaveText('One thing is to be corrected.')

  // As a file, which replaces what stands there.
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'From a file' }).click(),
  ])
  await chooser.setFiles({
    name: 'algorithm.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(manifest(id)),
  })
  await expect(editor).toHaveValue(manifest(id))
  await expect(check).toHaveText('Nothing is wrong with it.')
  await page.getByRole('button', { name: 'Register', exact: true }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: `Measure ${id}` })).toBeVisible()

  // The next version begins with what this one is, in the form as well.
  await page.getByRole('link', { name: 'New version' }).click()
  await expect(page.getByRole('textbox', { name: 'Identifier' })).toBeDisabled()
  await expect(
    page.getByRole('group', { name: 'Parameter 1' }).getByRole('textbox', { name: 'Name' }),
  ).toHaveValue('SIGMA')
  await page.getByRole('textbox', { name: 'Description' }).first().fill('Counts sources.')
  await expect(check).toHaveText('Nothing is wrong with it.')
  await page.getByRole('button', { name: 'Register the version' }).click()
  await expect(page.getByRole('list').getByRole('link', { name: /@2/ })).toHaveAttribute(
    'aria-current',
    'page',
  )

  await page.getByRole('button', { name: 'Withdraw' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await expect(page.getByTestId('algorithm-decision')).toContainText('Withdrawn')
  const api = await apiAs(system, 'alice', organization)
  const { algorithms } = await api.get<{ algorithms: Algorithm[] }>(
    `organizations/${organization}/algorithms?algorithmId=${id}`,
  )
  expect(algorithms.map(({ state }) => state)).toEqual([
    'ALGORITHM_STATE_WITHDRAWN',
    'ALGORITHM_STATE_PENDING',
  ])
})

test('a workflow that comes round in a circle, or gives what is not taken, is told so at its lines', async ({
  page,
  system,
  signIn: signInHere,
}) => {
  test.setTimeout(120_000)
  const id = `step-${unique()}`
  const api = await apiAs(system, 'alice', organization)
  const { name } = await api.post<Algorithm>(`organizations/${organization}/algorithms`, {
    manifest: manifest(id),
  })
  const operator = await apiAs(system, 'olivia', 'operator')
  await operator.post('algorithms:review', { name, decision: 'ALGORITHM_STATE_APPROVED' })
  const workflow = (from: string, parameter: string) => `kind: Workflow
name: ${id}
displayName: Measure twice
inputs:
  - {name: image}
steps:
  - name: first
    algorithm: ${id}@1
    inputs: {tile: ${from}}
    parameters: {${parameter}: "3"}
  - name: second
    algorithm: ${id}@1
    inputs: {tile: steps.first}
`

  await signInHere('alice', `${base}/workflows/new`)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog')
  const editor = dialog.getByRole('textbox', { name: 'Manifest' })
  const take = dialog.getByRole('button', { name: 'Import', exact: true })
  await editor.fill(workflow('steps.second', 'SIGMA'))
  await take.click()
  await expect(
    dialog.getByText(/steps come after each other in a circle: (first|second), then/),
  ).toBeVisible()
  await expect(editor).toHaveAttribute('aria-invalid', 'true')

  await editor.fill(workflow('inputs.image', 'NOISE'))
  await expect(editor).toHaveAttribute('aria-invalid', 'false')
  await take.click()
  await expect(dialog.getByText(new RegExp(`${id}@1 has no parameter NOISE; it has SIGMA`))).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Line 10' })).toBeVisible()

  await editor.fill(workflow('inputs.image', 'SIGMA'))
  await take.click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('textbox', { name: 'Identifier' })).toHaveValue(id)
})

test('a rejection needs a comment, which is read where the algorithm stands; nobody decides on their own', async ({
  page,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(120_000)
  const id = `stack-${unique()}`
  const api = await apiAs(system, 'alice', organization)
  await api.post(`organizations/${organization}/algorithms`, { manifest: manifest(id) })
  const operator = await apiAs(system, 'olivia', 'operator')
  await operator.post('organizations/operator/algorithms', { manifest: manifest(`own-${id}`) })

  await signInHere('olivia', '/operator/workflows')
  const own = page.getByTestId('to-review').filter({ hasText: `own-${id}@1` })
  await expect(own).toContainText('somebody else of the operator has to decide')
  await expect(own.getByRole('button', { name: 'Approve…' })).toBeDisabled()
  await expectAccessible('the desk')

  const card = page
    .getByTestId('to-review')
    .filter({ hasText: `Measure ${id}` })
    .filter({ hasText: 'Northern Survey Institute' })
  await card.getByRole('button', { name: 'Reject…' }).press('Enter')
  const dialog = page.getByRole('dialog')
  const reject = dialog.getByRole('button', { name: 'Reject', exact: true })
  await expect(reject).toBeDisabled()
  await expect(dialog.getByRole('textbox', { name: 'Comment' })).toBeFocused()
  await page.keyboard.type('Leave the compiler out of the image, please.')
  await expectAccessible('a decision')
  await reject.press('Enter')
  await expect(card).toHaveCount(0)
  await page.getByRole('radiogroup', { name: 'Which algorithms' }).getByText('Refused').click()
  await expect(page.getByTestId('to-review').filter({ hasText: `Measure ${id}` })).toContainText(
    'Leave the compiler out of the image, please.',
  )
  const name = `organizations/${organization}/algorithms/${id}/versions/1`
  expect(await api.get<Algorithm>(name)).toMatchObject({
    state: 'ALGORITHM_STATE_REJECTED',
    reviewComment: 'Leave the compiler out of the image, please.',
  })
})

test('the operator keeps environments; members see those that are open, and that nothing runs without Kubernetes', async ({
  page,
  browser,
  system,
  signIn: signInHere,
  expectAccessible,
}) => {
  test.setTimeout(120_000)
  const id = `huge-${unique()}`
  await signInHere('olivia', '/operator/workflows?view=environments')
  await page.getByRole('button', { name: 'New environment' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name for people' }).fill('Huge')
  await dialog.getByRole('textbox', { name: 'Identifier' }).fill(id)
  const memory = dialog.getByRole('textbox', { name: 'Memory' })
  await memory.fill('a lot')
  await expect(dialog.getByText('Give 16 MiB to 16 TiB, such as 512 MiB or 4 GiB.')).toBeVisible()
  await memory.fill('64 GiB')
  await dialog.getByRole('textbox', { name: 'Time limit' }).fill('1 d 12 h')
  await dialog.getByRole('textbox', { name: 'Labels of nodes' }).fill('fairlead.dev/pool=huge')
  await expectAccessible('an environment in the making')
  await dialog.getByRole('button', { name: 'Create' }).click()
  const row = page.getByRole('table', { name: 'Environments' }).getByRole('row').filter({ hasText: id })
  await expect(row).toContainText('64 GiB')
  await expectAccessible('the environments of the operator')

  const context = await browser.newContext({ baseURL: system.url })
  try {
    const member = await context.newPage()
    await signIn(member, 'alice', `${base}/environments`)
    await expect(member.getByTestId('containers-unavailable')).toContainText('FAIRLEAD_KUBERNETES_NAMESPACE')
    const card = member.getByTestId('environment').filter({ hasText: id })
    await expect(card).toContainText('64 GiB')
    await expect(card).toContainText('1 d 12 h')

    await row.getByRole('button', { name: 'Actions on Huge' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Close' }).press('Enter')
    await expect(row).toContainText('Closed')
    await expect(card).toHaveCount(0)
  } finally {
    await context.close()
  }
  await row.getByRole('button', { name: 'Actions on Huge' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Delete…' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the environment' }).click()
  await expect(row).toHaveCount(0)
})
