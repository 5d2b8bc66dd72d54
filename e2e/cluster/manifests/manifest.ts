/** A Kubernetes object as rendered; only what the tests ask of every kind is typed. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: unknown
  readonly data?: Readonly<Record<string, string>>
  readonly stringData?: Readonly<Record<string, string>>
}

export interface Probe {
  readonly [how: string]: unknown
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly ports?: readonly {
    readonly name?: string
    readonly containerPort: number
    readonly protocol?: string
  }[]
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string | number>>
    readonly limits?: Readonly<Record<string, string | number>>
  }
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
  /** "Always" makes an init container a sidecar. */
  readonly restartPolicy?: string
  readonly securityContext?: SecurityContext
}

export interface SecurityContext {
  readonly runAsNonRoot?: boolean
  readonly runAsUser?: number
  readonly readOnlyRootFilesystem?: boolean
  readonly allowPrivilegeEscalation?: boolean
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] }
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly volumes?: readonly { readonly name: string }[]
  readonly securityContext?: SecurityContext
  readonly serviceAccountName?: string
  readonly automountServiceAccountToken?: boolean
}

export interface PodTemplate {
  /** Of the workload, such as "Deployment/backend". */
  readonly owner: string
  readonly kind: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: PodSpec
}

interface Templated {
  readonly template: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>
      readonly annotations?: Readonly<Record<string, string>>
    }
    readonly spec: PodSpec
  }
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
}

const TEMPLATED = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'])

/** The pods that objects would make, with the labels that selectors of Services and policies see. */
export function podTemplates(manifests: readonly Manifest[]): readonly PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest)
    if (template === undefined) return []
    return {
      owner: nameOf(manifest),
      kind: manifest.kind,
      namespace: manifest.metadata.namespace ?? 'default',
      labels: template.metadata?.labels ?? {},
      annotations: template.metadata?.annotations ?? {},
      spec: template.spec,
    }
  })
}

function templateOf(manifest: Manifest): Templated['template'] | undefined {
  if (manifest.kind === 'CronJob') {
    const { jobTemplate } = manifest.spec as { readonly jobTemplate: { readonly spec: Templated } }
    return jobTemplate.spec.template
  }
  if (!TEMPLATED.has(manifest.kind)) return undefined
  const { template, volumeClaimTemplates = [] } = manifest.spec as Templated
  // As the controller of StatefulSets adds them.
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${manifest.metadata.name}-0` },
  }))
  return claimed.length === 0
    ? template
    : { ...template, spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] } }
}

export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`
}
