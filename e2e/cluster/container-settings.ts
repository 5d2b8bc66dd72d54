// Prints, as shell, what the tests of the adapter for Kubernetes need beside everything else that `npm test` runs: the
// cluster's credentials, and an image that its node has by digest.
//
//   eval "$(node e2e/cluster/container-settings.ts)"
import { join } from 'node:path'
import { referenceByDigest } from './harness/digest-reference.ts'
import { clusterTool } from './harness/installation.ts'
import { repository } from './harness/repository.ts'
import { keepBridgeSteady } from './harness/steady-bridge.ts'

const TAG = 'fairlead-test/containers:contract'
const dockerfile = join(repository, 'backend/src/adapters/execution/kubernetes/testing/Dockerfile')

const tool = await clusterTool()
await keepBridgeSteady()
await tool.call(['build', TAG, join(repository, 'backend/src/agent'), '-f', dockerfile])
const settings = {
  FAIRLEAD_TEST_KUBECONFIG: process.env['KUBECONFIG'] ?? '',
  FAIRLEAD_TEST_CONTAINER_IMAGE: await referenceByDigest(TAG),
}
for (const [name, value] of Object.entries(settings)) console.log(`export ${name}='${value}'`)
