import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Api, apiAs } from '../../support/api.ts'
import type { System } from '../../support/system.ts'
import { referenceByDigest } from '../harness/digest-reference.ts'
import { buildImages, exampleImage } from '../harness/images.ts'
import { clusterTool } from '../harness/installation.ts'
import { repository } from '../harness/repository.ts'

const folder = join(repository, 'examples/tiles')
/** As much as a small machine has several of; those that every installation has are meant for servers. */
const environment = {
  name: 'environments/tiny',
  displayName: 'Tiny',
  cpuMillis: 100,
  memoryBytes: String(128 << 20),
  diskBytes: String(256 << 20),
  maxDuration: '600s',
  maxParallel: 4,
  priceFactorThousandths: 1000,
  open: true,
}
const algorithms = ['stage-tiles', 'measure-tile', 'collect-tiles'] as const

/**
 * The example as its documentation has it: an image is built, a member registers three algorithms of it, the operator
 * approves them, and a workflow is made of them. Answers its reference, such as "tiles@1".
 */
export async function publishTiles(system: System, organization: string): Promise<string> {
  const image = await exampleImage('tiles')
  await buildImages(await clusterTool(), [image], console.log)
  const reference = await referenceByDigest(`${image.newName}:${image.newTag}`)
  const [member, operator] = await Promise.all([
    apiAs(system, 'alice', organization),
    apiAs(system, 'olivia', organization),
  ])
  await makeEnvironment(operator)
  await setPrice(operator)
  const versions = new Map<string, string>()
  for (const name of algorithms) {
    versions.set(name, await approved(member, operator, organization, name, reference))
  }
  const text = await readFile(join(folder, 'workflow.yaml'), 'utf8')
  const manifest = text
    .replaceAll(/algorithm: (\S+)@1$/gm, (_, name: string) => `algorithm: ${versions.get(name)}`)
    // Of what may be used at most, credits are set aside: the demo account is small.
    .replaceAll('maxContainers: 100', 'maxContainers: 4')
    .replaceAll('maxDuration: 10m', 'maxDuration: 3m')
  const { name } = await member.post<{ name: string }>(`organizations/${organization}/workflows`, {
    manifest,
  })
  return referenceOf(name)
}

async function approved(
  member: Api,
  operator: Api,
  organization: string,
  algorithm: string,
  image: string,
): Promise<string> {
  const text = await readFile(join(folder, `${algorithm}.yaml`), 'utf8')
  const manifest = text
    .replace(/^image: .*$/m, `image: ${image}`)
    .replace(/^environment: .*$/m, 'environment: tiny')
  const { name } = await member.post<{ name: string }>(`organizations/${organization}/algorithms`, {
    manifest,
  })
  await operator.post('algorithms:review', { name, decision: 'ALGORITHM_STATE_APPROVED' })
  return referenceOf(name)
}

async function makeEnvironment(operator: Api): Promise<void> {
  const { environments = [] } = await operator.get<{ environments?: { name: string }[] }>('environments')
  if (environments.some(({ name }) => name === environment.name)) return
  await operator.post('environments', { environment })
}

/** What cutting out costs, in the same credits. */
async function setPrice(operator: Api): Promise<void> {
  interface Price {
    readonly service: string
    readonly creditClass: string
    readonly perJob?: string
    readonly perTaskSecond?: string
  }
  const { prices = [] } = await operator.get<{ prices?: Price[] }>('creditPrices')
  for (const { creditClass, perJob, perTaskSecond } of prices.filter(({ service }) => service === 'cutout')) {
    await operator.post('creditPrices:set', { service: 'workflow', creditClass, perJob, perTaskSecond })
  }
}

/** "organizations/x/workflows/tiles/versions/2" is "tiles@2". */
function referenceOf(name: string): string {
  const [, , , id, , version] = name.split('/')
  return `${id}@${version}`
}
