import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'

const NAMESPACE = 'fairlead-jobs'

/**
 * What backend and worker need to run containers, where FAIRLEAD_KUBECONFIG names a cluster; nothing otherwise. Pods
 * reach the staging server at this machine's address, which they have to be able to.
 */
export function containerVariables(env: NodeJS.ProcessEnv, stagingPort: number): Record<string, string> {
  const given = env['FAIRLEAD_KUBECONFIG'] ?? ''
  if (given === '') return {}
  const kubeconfig = isAbsolute(given) ? given : resolve(env['INIT_CWD'] ?? process.cwd(), given)
  if (!existsSync(kubeconfig))
    throw new Refusal(
      `FAIRLEAD_KUBECONFIG names ${kubeconfig}, which does not exist; correct it, or unset it to run no containers.`,
    )
  const address = env['FAIRLEAD_STAGING_ADDRESS'] || `${hostOf(env)}:${stagingPort}`
  return {
    FAIRLEAD_KUBECONFIG: kubeconfig,
    FAIRLEAD_KUBERNETES_NAMESPACE: env['FAIRLEAD_KUBERNETES_NAMESPACE'] || NAMESPACE,
    FAIRLEAD_AGENT_IMAGE: env['FAIRLEAD_AGENT_IMAGE'] || ownAgent(),
    FAIRLEAD_STAGING_ADDRESS: address,
    FAIRLEAD_STAGING_URL: env['FAIRLEAD_STAGING_URL'] || `http://${address}`,
  }
}

/** One of this machine's own addresses: that of FAIRLEAD_STAGING_URL where it is one, else the first. */
function hostOf(env: NodeJS.ProcessEnv): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map((each) => each.address)
  const named = URL.parse(env['FAIRLEAD_STAGING_URL'] ?? '')?.hostname
  const host = addresses.find((address) => address === named) ?? addresses[0]
  if (host !== undefined) return host
  throw new Refusal(
    'This machine has no address that pods of a cluster could reach; set FAIRLEAD_STAGING_ADDRESS and FAIRLEAD_STAGING_URL, or unset FAIRLEAD_KUBECONFIG to run no containers.',
  )
}

/** As `npm run images` names it. */
function ownAgent(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
  return `fairlead-agent:${version}`
}
