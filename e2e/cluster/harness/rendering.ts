import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import type { TestImage } from './images.ts'
import { Kubectl } from './kubectl.ts'
import { repository } from './repository.ts'

/** Where an environment of the tests keeps what it was made of. */
export const folderOf = (name: string) => join(repository, 'node_modules/.cache/fairlead-cluster', name)

export interface Overlay {
  /** A folder of k8s/overlays. */
  readonly name: string
  /** Folders, from the root of the repository, of components to add. */
  readonly components?: readonly string[]
  /** With what `npm run secrets` wrote beside it. */
  readonly secrets?: boolean
  /** In place of the overlay's own. */
  readonly namespace?: string | undefined
  /** In place of the overlay's own address. */
  readonly url?: string | undefined
  readonly images?: readonly TestImage[]
}

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** Writes a kustomization on top of an overlay into a folder, and renders it. */
export async function render(folder: string, overlay: Overlay): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const from = (path: string) => relative(folder, join(repository, path))
  const { name, components = [], secrets = false, namespace, url, images = [] } = overlay
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [from(`k8s/overlays/${name}`), ...(secrets ? [from(`k8s/overlays/${name}/secrets`)] : [])],
    components: components.map(from),
    ...(url === undefined ? {} : { configMapGenerator: [publicAddress(url)] }),
    images: images.map(({ name, newName, newTag }) => ({ name, newName, newTag })),
  }
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization))
  const manifests = await new Kubectl('default').run(['kustomize', folder])
  return namespace === undefined ? manifests : renamed(manifests, name, namespace)
}

/** In the text: settings, policies and roles name the overlay's own namespace too, and that of its containers after it. */
function renamed(manifests: string, overlay: string, namespace: string): string {
  const own = `fairlead-${overlay.replace(/-hot-reload$/, '')}`
  return manifests.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), namespace)
}

const publicAddress = (url: string) => ({
  name: 'fairlead',
  behavior: 'merge',
  literals: [
    `FAIRLEAD_PUBLIC_URL=${url}`,
    `FAIRLEAD_S3_PUBLIC_URL=${url}/objects`,
    `FAIRLEAD_OIDC_ISSUER=${url}/auth/realms/fairlead`,
  ],
})

export const parseManifests = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? [])

/** Of all containers and init containers, and the agent's, which a setting names. */
export function imageReferences(objects: readonly KubernetesObject[]): Set<string> {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const named = key === 'image' || key === 'FAIRLEAD_AGENT_IMAGE'
      if (named && typeof inner === 'string') found.add(inner)
      else visit(inner)
    }
  }
  visit(objects)
  return found
}

/** The address that the environment's processes are told. */
export function publicUrl(objects: readonly KubernetesObject[]): URL {
  for (const object of objects) {
    if (object.kind !== 'ConfigMap') continue
    const { data = {} } = object as { data?: Record<string, string> }
    if (data['FAIRLEAD_PUBLIC_URL'] !== undefined) return new URL(data['FAIRLEAD_PUBLIC_URL'])
  }
  throw new Error('no ConfigMap sets FAIRLEAD_PUBLIC_URL')
}
