import type { Passwords } from './passwords.ts'
import { rabbitmqDefinitions, virtualHost } from './rabbitmq-definitions.ts'

/** The files of `secrets/`, by name: what kustomize makes the Secrets of. */
export function secretFiles(passwords: Passwords, namespace: string): Record<string, string> {
  const { rabbitmqWorker: worker, rabbitmqFrontend: frontend, rabbitmqBackend: backend } = passwords
  const amqp = (account: string, password: string) =>
    `amqp://${account}:${password}@rabbitmq:5672/${virtualHost}`
  const variables: Record<string, Record<string, string>> = {
    'fairlead-database': { url: `postgres://fairlead:${passwords.postgresFairlead}@postgres:5432/fairlead` },
    'fairlead-key': { secret: passwords.signingSecret },
    'fairlead-amqp': {
      worker: amqp('worker', worker),
      frontend: amqp('frontend', frontend),
      backend: amqp('backend', backend),
    },
    'fairlead-s3': { 'access-key-id': 'fairlead', 'secret-access-key': passwords.s3 },
    postgres: {
      'superuser-password': passwords.postgresSuperuser,
      'fairlead-password': passwords.postgresFairlead,
      'keycloak-password': passwords.postgresKeycloak,
    },
    minio: { 'root-user': 'root', 'root-password': passwords.minioRoot },
    keycloak: {
      'admin-username': 'admin',
      'admin-password': passwords.keycloakAdministrator,
      'database-password': passwords.postgresKeycloak,
    },
  }
  const environments = Object.entries(variables).map(([secret, values]) => [`${secret}.env`, lines(values)])
  return {
    'kustomization.yaml': kustomization(namespace, Object.keys(variables)),
    ...Object.fromEntries(environments),
    'rabbitmq-definitions.json': rabbitmqDefinitions({ worker, frontend, backend }),
  }
}

function lines(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

/** Names without a hash, as a secret store or a sealed secret would give them too. */
function kustomization(namespace: string, secrets: readonly string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${namespace}
generatorOptions:
  disableNameSuffixHash: true
  labels:
    app.kubernetes.io/name: fairlead
secretGenerator:
${secrets.map((secret) => `  - name: ${secret}\n    envs: [${secret}.env]\n`).join('')}  - name: rabbitmq
    files: [definitions.json=rabbitmq-definitions.json]
`
}
