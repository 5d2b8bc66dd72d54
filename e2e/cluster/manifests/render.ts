import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from './manifest.ts'
import { kubectl, output } from './program.ts'

const k8s = fileURLToPath(new URL('../../../k8s', import.meta.url))

/** Of k8s/overlays; what stands deeper, such as an environment's secrets, is made for one installation. */
export const overlays = kustomizations(join(k8s, 'overlays'))
export const components = kustomizations(join(k8s, 'components'))
/** Components that need objects of the whole cluster have them in a folder of their own, for its administrators. */
export const clusterWide = components.filter((name) =>
  existsSync(join(k8s, 'components', name, 'cluster', 'kustomization.yaml')),
)
/** What a component cannot be without. */
const companions: Readonly<Record<string, readonly string[]>> = { 'hot-reload': ['development'] }

function kustomizations(root: string): readonly string[] {
  return readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'kustomization.yaml')))
    .toSorted()
}

const rendered = new Map<string, Promise<readonly Manifest[]>>()

/** An overlay as it would be applied. */
export function renderOverlay(name: string): Promise<readonly Manifest[]> {
  const known = rendered.get(name) ?? build(name)
  rendered.set(name, known)
  return known
}

async function build(overlay: string): Promise<readonly Manifest[]> {
  // Those for hot reload hold the secrets too, which Skaffold could not deploy otherwise.
  const environment = /^(.+)-hot-reload$/.exec(overlay)?.[1]
  if (environment !== undefined) await output(['npm', 'run', '--silent', 'secrets', '--', environment])
  return parse(await kubectl('kustomize', join(k8s, 'overlays', overlay)))
}

export async function renderClusterWide(component: string): Promise<readonly Manifest[]> {
  return parse(await kubectl('kustomize', join(k8s, 'components', component, 'cluster')))
}

/** The base with a component, and what that needs. */
export function renderComponent(name: string): Promise<readonly Manifest[]> {
  return renderComponents([...(companions[name] ?? []), name], 'fairlead')
}

/** The base with these components, in a namespace. */
export async function renderComponents(
  names: readonly string[],
  namespace: string,
): Promise<readonly Manifest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-render-'))
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(folder, join(k8s, 'base'))],
      components: names.map((name) => relative(folder, join(k8s, 'components', name))),
      // As overlays have them.
      transformers: [
        JSON.stringify({
          apiVersion: 'builtin',
          kind: 'NamespaceTransformer',
          metadata: { name: 'namespace', namespace },
          unsetOnly: true,
        }),
      ],
    }
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    return parse(await kubectl('kustomize', folder))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Argo CD's own objects, which are applied as they are. */
export async function argocdManifests(): Promise<readonly Manifest[]> {
  const folder = join(k8s, 'argocd')
  if (existsSync(join(folder, 'kustomization.yaml'))) return parse(await kubectl('kustomize', folder))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.yaml'),
  )
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap(parse)
}

export function parse(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const value: Manifest | null = document.toJS()
    return value === null ? [] : value
  })
}

/** As a stream of documents; JSON is YAML. */
export function format(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n')
}
