import { setTimeout } from 'node:timers/promises'
import { chromiumLaunch } from '../../support/chromium.ts'
import { signIn } from '../../support/fairlead-test.ts'
import { expect, test } from '../cluster-test.ts'
import { clusterTool } from '../harness/installation.ts'
import { withoutParts } from '../harness/parts-kept-down.ts'
import { leavesNothing, podsOf, ScriptedJobs } from './scripted-jobs.ts'
import { showsEachLineOnce } from './shows-each-line-once.ts'

const ENVOY_PORT = 10_000
const AWAY_MS = 30_000
const LINES = 45
/** The last two end with it where they are led by a lease, as in clusters of several machines; here they are not. */
const controlPlane = ['apiserver', 'controllers', 'scheduler']

test('an API server that is away for half a minute costs a run nothing, and its page says so', async ({
  playwright,
  system,
  installation,
}) => {
  test.setTimeout(300_000)
  const jobs = await ScriptedJobs.prepare(system, installation)
  const script = `for i in $(seq ${LINES}); do echo "line $i."; sleep 1; done; echo done >/out/once.txt`
  const job = await jobs.begin({ name: 'outlives-the-api-server', command: ['bash', '-c', script] })

  // The port-forward that other tests go through leads through the API server; the pod itself does not.
  interface Addressed {
    readonly status: { readonly podIP: string }
  }
  const [envoy] = await installation.kubectl.list<Addressed>('pods', 'envoy')
  const mapping = `MAP ${new URL(system.url).host} ${envoy?.status.podIP}:${ENVOY_PORT}`
  const launch = await chromiumLaunch()
  const browser = await playwright.chromium.launch({
    ...launch,
    args: [...launch.args, `--host-resolver-rules=${mapping}`],
  })
  try {
    const page = await browser.newPage({ baseURL: system.url })
    await signIn(page, 'alice', job.path)
    const away = page.getByRole('status').filter({ hasText: 'The cluster is not reached' })
    await expect(page.getByRole('log')).toContainText('line 3.', { timeout: 120_000 })
    const [before] = await podsOf(job)

    await withoutParts(await clusterTool(), controlPlane, async () => {
      // How long it is away is the fault itself.
      const over = setTimeout(AWAY_MS)
      await expect(away).toBeVisible({ timeout: AWAY_MS })
      await over
      await expect(page.getByTestId('job-phase')).toHaveText('EXECUTING')
      await expect(away).toBeVisible()
    })
    await expect(away).toHaveCount(0, { timeout: 60_000 })
    await expect(page.getByTestId('job-phase')).toHaveText('COMPLETED', { timeout: 120_000 })
    await showsEachLineOnce(page, LINES)
    for (const { metadata } of await podsOf(job)) expect(metadata.uid).toBe(before?.metadata.uid)
    await leavesNothing(job)
  } finally {
    await browser.close()
  }
})
