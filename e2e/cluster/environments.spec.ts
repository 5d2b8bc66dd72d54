import { type Api, apiAs, circleInside, type Job } from '../support/api.ts'
import { expect, test } from './cluster-test.ts'
import { Installation } from './harness/installation.ts'

const organization = 'survey-institute'
const names = ['dev1', 'dev2'] as const

test.describe('dev1 and dev2 side by side', () => {
  let one: Installation
  let two: Installation
  const made: Installation[] = []

  test.beforeAll(async () => {
    test.setTimeout(480_000)
    // Both are settled before either is used, so that afterAll leaves none.
    const [first, second] = await Promise.allSettled(
      names.map((name) => Installation.deploy(name, console.log)),
    )
    made.push(...[first, second].flatMap((result) => (result?.status === 'fulfilled' ? result.value : [])))
    for (const result of [first, second]) if (result?.status === 'rejected') throw result.reason
    one = made[0]!
    two = made[1]!
  })
  test.afterAll(async () => {
    await Promise.all(made.map((installation) => installation.close()))
  })

  const apis = (username: string): Promise<[Api, Api]> =>
    Promise.all([
      apiAs({ ...one.system, url: one.loopbackUrl }, username, organization),
      apiAs({ ...two.system, url: two.loopbackUrl }, username, organization),
    ])

  test('have a namespace and a hostname of their own', () => {
    expect(one.namespace).not.toBe(two.namespace)
    expect(new URL(one.url).hostname).toBe('dev1.localhost')
    expect(new URL(two.url).hostname).toBe('dev2.localhost')
    expect(new URL(one.url).port).not.toBe(new URL(two.url).port)
  })

  test('share no job, no result and no inbox', async () => {
    const [inOne, inTwo] = await apis('alice')
    const jobsOf = async (api: Api) =>
      (await api.get<{ jobs?: Job[] }>(`organizations/${organization}/jobs`)).jobs ?? []
    const inboxOf = async (api: Api) =>
      Number((await api.get<{ lastSequence: string }>('users/me/inbox')).lastSequence)
    const before = await inboxOf(inTwo)
    const job = await inOne.createJob(
      [
        ['ID', 'survey-tile-1'],
        ['CIRCLE', await circleInside(inOne, organization, 'survey-tile-1', 0.02)],
      ],
      { runId: 'Made in dev1' },
    )
    await expect.poll(async () => (await inOne.get<Job>(job.name)).phase).toBe('PHASE_COMPLETED')
    await expect.poll(() => inboxOf(inOne)).toBeGreaterThan(0)
    expect((await jobsOf(inOne)).map(({ name }) => name)).toContain(job.name)
    await expect(inTwo.get(job.name)).rejects.toThrow(/404/)
    expect((await jobsOf(inTwo)).map(({ name }) => name)).not.toContain(job.name)
    expect(await inboxOf(inTwo)).toBe(before)
  })

  test('trust no token of one another', async () => {
    const token = await one.system.token('alice')
    const call = (at: Installation) =>
      fetch(`${at.loopbackUrl}/api/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect((await call(one)).status).toBe(200)
    expect((await call(two)).status).toBe(401)
  })

  test('keep two people signed in, in one browser', async ({ page, context, signIn }) => {
    await signIn('alice', one.url)
    const welcome = (name: string) => ({ level: 1, name: new RegExp(`${name}$`) })
    await expect(page.getByRole('heading', welcome('Alice'))).toBeVisible()
    await signIn('bob', two.url)
    await expect(page.getByRole('heading', welcome('Bob'))).toBeVisible()
    // Neither sign-in ended the other.
    const again = await context.newPage()
    await again.goto(one.url)
    await again.getByRole('button', { name: 'Sign in' }).first().click()
    await expect(again.getByRole('heading', welcome('Alice'))).toBeVisible()
    await page.reload()
    await expect(page.getByRole('heading', welcome('Bob'))).toBeVisible()
  })
})
