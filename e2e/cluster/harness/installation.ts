import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runWithInput } from '../../../dev/src/run-with-input.ts'
import type { System } from '../../support/system.ts'
import { clusterSystem, frontDoorAnswers } from './cluster-system.ts'
import { ClusterTool } from './cluster-tool.ts'
import { diagnose } from './diagnostics.ts'
import { buildImages, type TestImage, testImages } from './images.ts'
import { Kubectl } from './kubectl.ts'
import { PortForward } from './port-forward.ts'
import { waitUntilReady } from './readiness.ts'
import {
  folderOf,
  imageReferences,
  type KubernetesObject,
  parseManifests,
  publicUrl,
  render,
} from './rendering.ts'
import { repository } from './repository.ts'

const run = promisify(execFile)

const ENVOY_PORT = 10_000
const MADE_BY_TESTS = 'fairlead.dev/made-by-tests'
/** On two cores: nine images' worth of processes start at once, and one of them is Keycloak. */
const READY_MS = 420_000

/** dev, dev1 and dev2 stand side by side: each has an address of its own. */
export type OverlayName = 'dev' | 'dev1' | 'dev2'
const overlays: readonly OverlayName[] = ['dev', 'dev1', 'dev2']

/** What is needed to use an installation that another process made. */
export interface InstallationAddress {
  readonly namespace: string
  readonly url: string
  /** The same, for programs of this machine. */
  readonly loopbackUrl: string
}

/** Fairlead from one of the overlays, in a namespace of the test cluster, reached through a port-forward of Envoy. */
export class Installation implements InstallationAddress {
  readonly namespace: string
  readonly url: string
  readonly loopbackUrl: string
  readonly kubectl: Kubectl
  readonly system: System
  #forward: PortForward | undefined

  constructor({ namespace, url, loopbackUrl }: InstallationAddress) {
    this.namespace = namespace
    this.url = url
    this.loopbackUrl = loopbackUrl
    this.kubectl = new Kubectl(namespace)
    this.system = clusterSystem({ kubectl: this.kubectl, url, loopbackUrl, home: homeOfDatasets })
  }

  /** Builds what it needs, applies it, waits until it is ready, and opens its address on the loopback. */
  static async deploy(name: OverlayName, onProgress: (line: string) => void): Promise<Installation> {
    const prepared = await prepare(name, namespaceOf(name))
    await buildImages(await clusterTool(), prepared.images, onProgress)
    const manifests = await renderForTests(prepared)
    const installation = new Installation(addressOf(parseManifests(manifests)))
    // Refuses the namespace of someone else, which is not to be closed below.
    await installation.apply(manifests)
    try {
      await waitUntilReady(installation.kubectl, {
        timeoutMs: READY_MS,
        onProgress: (line) => onProgress(`${installation.namespace}: ${line}`),
      })
      await installation.open()
    } catch (error) {
      await installation.close()
      throw error
    }
    return installation
  }

  /** Jobs cannot be changed: those of the manifests are deleted first. Waits for nothing. */
  async apply(manifests: string): Promise<void> {
    const objects = parseManifests(manifests)
    await this.#claimNamespaces(objects)
    const jobs = objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)
    if (jobs.length > 0) await this.kubectl.run(['delete', 'jobs', ...jobs, '--ignore-not-found', '--wait'])
    // Each of its objects says which of the two namespaces it is for.
    await runWithInput(
      'kubectl',
      ['apply', '--server-side', '--force-conflicts', '--filename', '-'],
      manifests,
      60_000,
    )
  }

  /** Opens its address on the loopback of this machine. */
  async open(pidFile = join(folderOf(this.namespace), 'port-forward.pid')): Promise<void> {
    this.#forward = await PortForward.start(this.kubectl, {
      component: 'envoy',
      port: Number(new URL(this.url).port),
      podPort: ENVOY_PORT,
      pidFile,
    })
    await frontDoorAnswers(this.loopbackUrl)
  }

  /** Ends the port-forward. */
  async leave(): Promise<void> {
    await this.#forward?.stop()
  }

  /** Ends the port-forward, and the namespace with all that is in it unless FAIRLEAD_CLUSTER_KEEP is set. */
  async close(): Promise<void> {
    await this.leave()
    if (process.env['FAIRLEAD_CLUSTER_KEEP']) return
    const both = [this.namespace, this.containersNamespace]
    // Kubernetes removes a namespace's pods first, and a Job that lost one waits for another, which it may not make.
    const jobs = ['delete', 'jobs', '--all', '--namespace', this.containersNamespace]
    await this.kubectl.run([...jobs, '--ignore-not-found'])
    await this.kubectl.run(['delete', 'namespace', ...both, '--ignore-not-found', '--wait=false'])
  }

  diagnose(): Promise<string> {
    return diagnose(this.kubectl)
  }

  /** Where members' containers run. */
  get containersNamespace(): string {
    return `${this.namespace}-jobs`
  }

  /** Someone's own environment on the same cluster is not for tests to change. */
  async #claimNamespaces(objects: readonly KubernetesObject[]): Promise<void> {
    for (const object of objects.filter(({ kind }) => kind === 'Namespace')) await this.#claim(object)
  }

  async #claim(namespace: KubernetesObject): Promise<void> {
    const { name } = namespace.metadata
    interface Found {
      readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
      readonly status: { readonly phase: string }
    }
    const get = ['get', 'namespace', name, '--ignore-not-found', '--output', 'json']
    const text = await this.kubectl.run(get)
    if (text !== '') {
      const { metadata, status } = JSON.parse(text) as Found
      if (metadata.labels?.[MADE_BY_TESTS] === undefined) {
        throw new Error(
          `the namespace ${name} was not made by the tests; delete it, or set FAIRLEAD_CLUSTER_NAME to use others`,
        )
      }
      if (status.phase === 'Active') return
      await this.kubectl.run(['wait', '--for=delete', `namespace/${name}`, '--timeout=120s'], {
        timeoutMs: 130_000,
      })
    }
    await this.kubectl.run(['apply', '--server-side', '--filename', '-'], {
      input: JSON.stringify(namespace),
    })
    await this.kubectl.run(['label', 'namespace', name, `${MADE_BY_TESTS}=true`])
  }
}

/**
 * The manifests of an overlay as `deploy` applies them, whose images must have been built by it; with further
 * components (folders, from the root of the repository), for another namespace.
 */
export async function testManifests(
  name: OverlayName,
  { namespace, components = [] }: { namespace: string; components?: readonly string[] },
): Promise<string> {
  return await renderForTests(await prepare(name, namespace), components)
}

/** The images that the demo data are made of: the same bytes here as in the cluster. */
const homeOfDatasets = folderOf('home')

export async function makeDatasets(): Promise<void> {
  const folder = join(homeOfDatasets, 'datasets')
  await run(process.execPath, [join(repository, 'dev/src/seed/make-demo-datasets.ts'), folder])
}

/** Sets KUBECONFIG and PATH of this process; for all that call kubectl. */
export async function clusterTool(): Promise<ClusterTool> {
  const tool = ClusterTool.find(process.env)
  if (typeof tool === 'string') throw new Error(tool)
  Object.assign(process.env, await tool.environment())
  return tool
}

/** What the rendering of an overlay takes. */
interface Prepared {
  readonly name: OverlayName
  /** In place of the overlay's own. */
  readonly namespace: string | undefined
  readonly folder: string
  readonly images: readonly TestImage[]
}

/** As docs/kubernetes.md says: the overlay's secrets are made once, beside it. */
async function prepare(name: OverlayName, namespace: string | undefined): Promise<Prepared> {
  const folder = folderOf(namespace ?? name)
  const images = await testImages(imageReferences(parseManifests(await render(folder, { name }))))
  await run('npm', ['run', '--silent', 'secrets', '--', name], { cwd: repository })
  return { name, namespace, folder, images }
}

async function renderForTests(
  { name, namespace, folder, images }: Prepared,
  components: readonly string[] = [],
): Promise<string> {
  const manifests = await render(folder, {
    name,
    secrets: true,
    components: ['e2e/cluster/overlay', ...components],
    namespace,
    url: urlOf(name),
    images,
  })
  writeFileSync(join(folder, 'rendered.yaml'), manifests)
  return manifests
}

/** FAIRLEAD_CLUSTER_NAME: namespaces of one's own beside those of other runs on the same cluster. */
function namespaceOf(name: OverlayName): string | undefined {
  const prefix = process.env['FAIRLEAD_CLUSTER_NAME']
  return prefix ? `${prefix}-${name}` : undefined
}

/** FAIRLEAD_CLUSTER_PORT: of dev; dev1 and dev2 have the next two. */
function urlOf(name: OverlayName): string | undefined {
  const first = process.env['FAIRLEAD_CLUSTER_PORT']
  if (!first) return undefined
  const host = name === 'dev' ? 'localhost' : `${name}.localhost`
  return `http://${host}:${Number(first) + overlays.indexOf(name)}`
}

function addressOf(objects: readonly KubernetesObject[]): InstallationAddress {
  const { origin, port } = publicUrl(objects)
  const namespace = objects.find(({ kind }) => kind === 'Deployment')?.metadata.namespace
  if (namespace === undefined) throw new Error('the overlay deploys nothing')
  return { namespace, url: origin, loopbackUrl: `http://127.0.0.1:${port}` }
}
