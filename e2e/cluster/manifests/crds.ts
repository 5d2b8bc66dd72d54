import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'
import { output } from './program.ts'
import { parse } from './render.ts'

/**
 * Where the definitions of the kinds come from that are not Kubernetes' own: released Go modules, which the
 * go command verifies by checksum and keeps. The folder is inside the module.
 */
const MODULES = [
  ['github.com/prometheus-operator/prometheus-operator@v0.85.0', 'example/prometheus-operator-crd'],
  ['sigs.k8s.io/gateway-api@v1.4.0', 'config/crd/standard'],
  ['sigs.k8s.io/kueue@v0.15.2', 'config/components/crd/bases'],
  ['github.com/external-secrets/external-secrets@v1.3.2', 'config/crds/bases'],
  ['github.com/kedacore/keda/v2@v2.21.0', 'config/crd/bases'],
  ['github.com/argoproj/argo-cd/v3@v3.2.0', 'manifests/crds'],
  ['github.com/cert-manager/cert-manager@v1.21.2', 'deploy/crds'],
  ['github.com/bitnami-labs/sealed-secrets@v0.40.0', 'helm/sealed-secrets/crds'],
] as const

export interface CustomResourceDefinition extends Manifest {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly schema: { readonly openAPIV3Schema: unknown }
    }[]
    readonly conversion?: unknown
  }
}

/** All of them; most are not used. */
export async function definitions(): Promise<readonly CustomResourceDefinition[]> {
  const found: CustomResourceDefinition[] = []
  for (const [module, folder] of MODULES) {
    const { Dir } = JSON.parse(await output(['go', 'mod', 'download', '-json', module])) as { Dir: string }
    for (const file of await readdir(join(Dir, folder))) {
      if (!file.endsWith('.yaml')) continue
      const manifests = parse(await readFile(join(Dir, folder, file), 'utf8'))
      for (const manifest of manifests) if (isDefinition(manifest)) found.push(manifest)
    }
  }
  return found
}

function isDefinition(manifest: Manifest): manifest is CustomResourceDefinition {
  return manifest.kind === 'CustomResourceDefinition'
}
