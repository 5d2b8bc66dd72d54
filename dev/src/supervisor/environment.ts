import { delimiter, join } from 'node:path'
import { demoAccounts } from '../identity/accounts.ts'
import { databaseUrl, pushDatabaseUrl } from '../postgres/server.ts'
import { Refusal } from '../refusal.ts'
import { type Bus, busVariables, chooseBus } from './bus.ts'
import { containerVariables } from './containers.ts'
import type { Home } from './home.ts'
import type { Ports } from './ports.ts'

/** What the processes of one copy are told: the environment Fairlead was started in, and our settings. */
export interface Environment {
  url: string
  issuer: string
  /** Whether the development identity provider is the issuer, and not one of the user's. */
  embeddedIdentity: boolean
  /** FAIRLEAD_DATASETS: our folder of demo images, then the user's. */
  datasets: string
  bus: Bus
  identity: NodeJS.ProcessEnv
  mail: NodeJS.ProcessEnv
  /** For the backend and every command beside it. */
  backend: NodeJS.ProcessEnv
  worker: NodeJS.ProcessEnv
  frontend: NodeJS.ProcessEnv
}

export function makeEnvironment(
  env: NodeJS.ProcessEnv,
  home: Home,
  ports: Ports,
  mode: 'start' | 'dev',
): Environment {
  const url = `http://localhost:${ports.envoy}`
  const ownIssuer = env['FAIRLEAD_OIDC_ISSUER'] ?? ''
  const embeddedIdentity = ownIssuer === ''
  if (!embeddedIdentity && !/^https?:/.test(URL.parse(ownIssuer)?.protocol ?? '')) {
    throw new Refusal(
      `FAIRLEAD_OIDC_ISSUER is "${ownIssuer}", which is no address of an issuer; correct it, or unset it to sign in with the demo accounts.`,
    )
  }
  const issuer = embeddedIdentity ? `${url}/auth` : ownIssuer
  const at = (port: number) => `127.0.0.1:${port}`
  const { FORCE_COLOR: _, FAIRLEAD_SMTP_URL: ownMailServer, ...inherited } = withoutNpm(withoutBus(env))
  const bus = chooseBus(env, home)
  const base = {
    ...inherited,
    // Logs are files.
    NO_COLOR: '1',
    NODE_ENV: mode === 'dev' ? 'development' : 'production',
    FAIRLEAD_DEVELOPMENT: 'true',
    FAIRLEAD_HOME: home.folder,
    FAIRLEAD_PUBLIC_URL: url,
    FAIRLEAD_OIDC_ISSUER: issuer,
  }
  const datasets = [home.datasets, ...userDatasets(env)].join(delimiter)
  const backend = {
    FAIRLEAD_OBJECTS: 'filesystem',
    // Of the demo algorithms, so that the form takes one.
    FAIRLEAD_ALGORITHM_REGISTRIES: 'registry.example.org',
    // At the domain of the demo accounts.
    FAIRLEAD_MAIL_FROM: 'Fairlead <fairlead@example.org>',
    ...base,
    FAIRLEAD_DATABASE_URL: databaseUrl(home, ports.postgres),
    FAIRLEAD_GRPC_ADDRESS: at(ports.backendGrpc),
    FAIRLEAD_HTTP_ADDRESS: at(ports.backendHttp),
    FAIRLEAD_WORKER_HTTP_ADDRESS: at(ports.workerHttp),
    FAIRLEAD_STAGING_ADDRESS: at(ports.staging),
    ...containerVariables(env, ports.staging),
    ...(embeddedIdentity ? identityVariables(at(ports.identity)) : {}),
    FAIRLEAD_SECRET: home.secrets.secret,
    FAIRLEAD_OBJECTS_FOLDER: home.objects,
    FAIRLEAD_DATASETS: datasets,
  }
  return {
    url,
    issuer,
    embeddedIdentity,
    datasets,
    bus,
    identity: {
      ...base,
      FAIRLEAD_IDENTITY_PORT: String(ports.identity),
      FAIRLEAD_IDENTITY_FOLDER: home.identity,
      FAIRLEAD_DEVELOPMENT_GRANT: home.secrets.developmentGrant,
    },
    mail: {
      ...base,
      FAIRLEAD_MAIL_PORT: String(ports.mail),
      FAIRLEAD_MAIL_HTTP_PORT: String(ports.mailHttp),
      FAIRLEAD_MAIL_FOLDER: home.mail,
    },
    backend: {
      ...backend,
      // Backends hear of the broker only where fixes go through it.
      ...(bus.kind === 'rabbitmq' && env['FAIRLEAD_LOCATION_SINK'] === 'amqp' ? bus.variables : {}),
    },
    worker: {
      ...backend,
      ...(bus.kind === 'rabbitmq' ? bus.variables : {}),
      FAIRLEAD_SMTP_URL: ownMailServer || `smtp://${at(ports.mail)}`,
    },
    frontend: {
      ...base,
      ...(bus.kind === 'rabbitmq'
        ? bus.variables
        : { FAIRLEAD_PUSH_DATABASE_URL: pushDatabaseUrl(home, ports.postgres) }),
      FAIRLEAD_BACKEND_ADDRESS: at(ports.backendGrpc),
      FAIRLEAD_FRONTEND_ADDRESS: at(ports.frontend),
      FAIRLEAD_FRONTEND_MODE: mode === 'dev' ? 'vite' : 'built',
      ...(embeddedIdentity ? signInVariables() : {}),
    },
  }
}

/** Of the development identity provider: where the backend finds it, and what its tokens say. */
function identityVariables(address: string): NodeJS.ProcessEnv {
  return {
    FAIRLEAD_OIDC_DISCOVERY_URL: `http://${address}/auth/.well-known/openid-configuration`,
    FAIRLEAD_OIDC_AUDIENCE: 'fairlead',
    FAIRLEAD_OIDC_CLIENTS: 'fairlead-web,fairlead-cli',
    FAIRLEAD_OIDC_GROUPS_CLAIM: '',
  }
}

function signInVariables(): NodeJS.ProcessEnv {
  const accounts = demoAccounts().map(({ username, displayName, organization, role }) => ({
    username,
    displayName,
    organization,
    role,
  }))
  return {
    FAIRLEAD_OIDC_CLIENT_ID: 'fairlead-web',
    FAIRLEAD_OIDC_SCOPES: '',
    FAIRLEAD_DEMO_ACCOUNTS: JSON.stringify(accounts),
  }
}

/** FAIRLEAD_DATASETS as the user gave it, relative to where npm was called. */
export function userDatasets(env: NodeJS.ProcessEnv): string[] {
  const from = env['INIT_CWD'] ?? process.cwd()
  return (env['FAIRLEAD_DATASETS'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => (folder.startsWith('/') ? folder : join(from, folder)))
}

function withoutBus(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !busVariables.includes(name)))
}

/** npm's own variables mean nothing to a server, and IPC descriptors are this process's. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_/i.test(name) && !name.startsWith('NODE_CHANNEL_')),
  )
}
