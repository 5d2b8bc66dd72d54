import { clusterTool, Installation, makeDatasets } from './harness/installation.ts'
import { announce, installationUnderTest } from './harness/installation-under-test.ts'
import { keepAddressesSteady } from './harness/steady-addresses.ts'

/** Makes the installation that nearly all specs share, from the overlay `dev`, unless one is given. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  await clusterTool()
  const letAddressesChange = keepAddressesSteady()
  try {
    const end = await installationForAll()
    return async () => {
      letAddressesChange()
      await end()
    }
  } catch (error) {
    letAddressesChange()
    throw error
  }
}

/** Resolves with what is to be done at the end. */
async function installationForAll(): Promise<() => Promise<void>> {
  const started = performance.now()
  const onProgress = (line: string) => {
    console.log(`[${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s] ${line}`)
  }
  await makeDatasets()
  onProgress('the demo images are there to compare with')
  process.env['FAIRLEAD_SYSTEM_GIVEN'] = 'true'
  const given = installationUnderTest()
  if (given !== undefined) {
    // Someone may have a port-forward to it, as `skaffold dev` has.
    const reached = await fetch(`${given.loopbackUrl}/config.json`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (!reached) await given.open()
    return () => given.leave()
  }
  const installation = await Installation.deploy('dev', onProgress)
  onProgress(`ready at ${installation.url}`)
  announce(installation)
  return () => installation.close()
}
