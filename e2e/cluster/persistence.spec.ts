import { createHash } from 'node:crypto'
import { type Api, apiAs, circleInside, type Job } from '../support/api.ts'
import { expect, test } from './cluster-test.ts'
import { deletePods, frontDoorAnswers } from './harness/cluster-system.ts'
import type { Pod } from './harness/objects.ts'
import { waitUntilReady } from './harness/readiness.ts'

const organization = 'survey-institute'

/** What the signed address leads to, through the front door. */
async function download(api: Api, job: Job, frontDoor: string): Promise<string> {
  const { name } = job.results!.find(({ fileName }) => fileName.endsWith('.fits'))!
  const { url } = await api.post<{ url: string }>(`${name}:sign`, {})
  const response = await fetch(new URL(url, frontDoor))
  expect(response.status, url).toBe(200)
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex')
}

test('after every pod was deleted, jobs, results and memberships are there, and work goes on', async ({
  page,
  system,
  installation,
  signIn,
  expectConsole,
}) => {
  test.setTimeout(360_000)
  expectConsole(/Failed to load resource|ERR_|WebSocket/)
  const { kubectl, loopbackUrl } = installation
  const before = await apiAs(system, 'alice', organization)
  const circle = await circleInside(before, organization, 'survey-tile-1', 0.02)
  const parameters = [
    ['ID', 'survey-tile-1'],
    ['CIRCLE', circle],
  ] as const
  const { name } = await before.createJob(parameters, { runId: 'Before the restart' })
  await expect.poll(async () => (await before.get<Job>(name)).phase).toBe('PHASE_COMPLETED')
  const content = await download(before, await before.get<Job>(name), loopbackUrl)
  const waiting = await before.createJob(parameters, { keepPending: true })
  await signIn('alice', `/o/${waiting.name.replace('organizations/', '')}`)
  await expect(page.getByTestId('job-phase')).toHaveText('PENDING')

  const pods = (await kubectl.list<Pod>('pods')).filter(({ status }) => status.phase === 'Running')
  await deletePods(kubectl, pods)
  await waitUntilReady(kubectl)
  await frontDoorAnswers(loopbackUrl)

  const after = await apiAs(system, 'alice', organization)
  expect(await download(after, await after.get<Job>(name), loopbackUrl)).toBe(content)
  await after.post(`${waiting.name}:run`, {})
  // The page that was open all the time, without a reload.
  await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 60_000 })
})
