import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { Refusal } from '../refusal.ts'
import { inRepository } from '../repository.ts'
import type { Kubectl } from './kubectl.ts'
import type { KubernetesObject } from './objects.ts'

export interface Overlay {
  readonly folder: string
  readonly namespace: string
  /** Secrets of development first, if the overlay has any. */
  readonly objects: readonly KubernetesObject[]
}

/** The overlay of a name in k8s/overlays, or in a folder; rendered. */
export async function readOverlay(given: string | undefined, kubectl: Kubectl): Promise<Overlay> {
  const folder = folderOf(given)
  const secrets = join(folder, 'secrets')
  const rendered = await Promise.all(
    [...(isKustomization(secrets) ? [secrets] : []), folder].map((path) => kubectl(['kustomize', path])),
  )
  const objects = rendered.flatMap(parseObjects)
  // Containers have a namespace beside it, in which nothing is deployed.
  const deployed = objects.filter(({ kind }) => kind === 'Deployment')
  const placed = deployed.length > 0 ? deployed : objects
  const namespaces = [...new Set(placed.flatMap(({ metadata }) => metadata.namespace ?? []))]
  const [namespace, ...others] = namespaces
  if (namespace === undefined || others.length > 0) {
    throw new Refusal(
      `${folder} speaks of ${namespaces.length === 0 ? 'no namespace' : `the namespaces ${namespaces.join(', ')}`}; set one with "namespace:" in its kustomization.yaml.`,
    )
  }
  return { folder, namespace, objects }
}

function parseObjects(yaml: string): KubernetesObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
}

function folderOf(given: string | undefined): string {
  const overlays = inRepository('k8s', 'overlays')
  const names = readdirSync(overlays).filter((name) => isKustomization(join(overlays, name)))
  if (given === undefined) {
    throw new Refusal(`Say what to deploy: npm run deploy -- OVERLAY, which is one of ${names.join(', ')}.`)
  }
  if (names.includes(given)) return join(overlays, given)
  const folder = isAbsolute(given) ? given : resolve(process.env['INIT_CWD'] ?? process.cwd(), given)
  if (isKustomization(folder)) return folder
  throw new Refusal(`There is no overlay "${given}"; there are ${names.join(', ')}, and folders of yours.`)
}

function isKustomization(folder: string): boolean {
  return existsSync(join(folder, 'kustomization.yaml'))
}
