import { z } from 'zod'

// What we use of https://skaffold.dev/docs/references/yaml/ (skaffold/v4beta13). As Skaffold does, it takes no field
// that it does not know.

const hostHook = z.strictObject({
  host: z.strictObject({
    command: z.array(z.string()).min(1),
    os: z.array(z.enum(['darwin', 'linux', 'windows'])).optional(),
    dir: z.string().optional(),
  }),
})
const hooks = z.strictObject({ before: z.array(hostHook).optional(), after: z.array(hostHook).optional() })

const artifact = z.strictObject({
  image: z.string().min(1),
  context: z.string().optional(),
  docker: z.strictObject({
    dockerfile: z.string(),
    target: z.string().optional(),
    buildArgs: z.record(z.string(), z.string()).optional(),
  }),
  sync: z
    .strictObject({
      manual: z.array(z.strictObject({ src: z.string(), dest: z.string(), strip: z.string().optional() })),
    })
    .optional(),
})

const build = z.strictObject({
  artifacts: z.array(artifact).optional(),
  tagPolicy: z.strictObject({ inputDigest: z.strictObject({}) }).optional(),
  platforms: z.array(z.string()).optional(),
  local: z
    .strictObject({
      push: z.boolean().optional(),
      useBuildkit: z.boolean().optional(),
      useDockerCLI: z.boolean().optional(),
      tryImportMissing: z.boolean().optional(),
      concurrency: z.int().min(0).optional(),
    })
    .optional(),
})

const manifests = z.strictObject({
  kustomize: z
    .strictObject({ paths: z.array(z.string()), buildArgs: z.array(z.string()).optional() })
    .optional(),
  hooks: hooks.optional(),
})

const kubectlFlags = z.strictObject({
  global: z.array(z.string()).optional(),
  apply: z.array(z.string()).optional(),
  delete: z.array(z.string()).optional(),
})

const deploy = z.strictObject({
  statusCheck: z.boolean().optional(),
  statusCheckDeadlineSeconds: z.int().optional(),
  tolerateFailuresUntilDeadline: z.boolean().optional(),
  logs: z.strictObject({ prefix: z.enum(['container', 'podAndContainer', 'auto', 'none']) }).optional(),
  kubectl: z
    .strictObject({
      flags: kubectlFlags.optional(),
      defaultNamespace: z.string().optional(),
      hooks: hooks.optional(),
    })
    .optional(),
})

const portForward = z.array(
  z.strictObject({
    resourceType: z.enum(['service', 'pod', 'deployment', 'statefulset', 'job']),
    resourceName: z.string(),
    namespace: z.string(),
    port: z.union([z.int(), z.string()]),
    localPort: z.int(),
    address: z.string().optional(),
  }),
)

const resourceFilter = z.strictObject({
  groupKind: z.string(),
  image: z.array(z.string()).optional(),
  labels: z.array(z.string()).optional(),
})
const resourceSelector = z.strictObject({
  allow: z.array(resourceFilter).optional(),
  deny: z.array(resourceFilter).optional(),
})

const pipeline = {
  build: build.optional(),
  manifests: manifests.optional(),
  deploy: deploy.optional(),
  portForward: portForward.optional(),
  resourceSelector: resourceSelector.optional(),
}

const patch = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: z.string().startsWith('/'),
  value: z.unknown().optional(),
})

export const skaffoldReference = z.strictObject({
  apiVersion: z.literal('skaffold/v4beta13'),
  kind: z.literal('Config'),
  metadata: z.strictObject({ name: z.string() }).optional(),
  ...pipeline,
  profiles: z.array(z.strictObject({ name: z.string(), ...pipeline, patches: z.array(patch).optional() })),
})

export type Skaffold = z.infer<typeof skaffoldReference>
export type Profile = Skaffold['profiles'][number]
export type Artifact = z.infer<typeof artifact>
export type Pipeline = Pick<Profile, keyof typeof pipeline>
