import { readFile } from 'node:fs/promises'
import { AgentFailure } from './agent-failure.ts'

export interface AgentSettings {
  /** Of the staging server, without a path. */
  readonly stagingUrl: URL
  readonly token: string
  /** Of the container among those of its step. */
  readonly number: number
  /** Where inputs go. */
  readonly inputs: string
  /** Where outputs are. */
  readonly outputs: string
  /** For which a server that is away is asked again; a backend starts anew in that time. */
  readonly patienceMs: number
}

/** @throws AgentFailure MISCONFIGURED, naming what to set */
export async function readSettings(environment: NodeJS.ProcessEnv): Promise<AgentSettings> {
  const setting = (name: string, fallback: string) => {
    const value = environment[name] ?? ''
    return value === '' ? fallback : value
  }
  const stagingUrl = URL.parse(setting('FAIRLEAD_STAGING_URL', ''))
  if (stagingUrl === null || !/^https?:$/.test(stagingUrl.protocol)) {
    throw misconfigured(
      'FAIRLEAD_STAGING_URL has to be the address of the staging server, as http://host:port',
    )
  }
  const number = setting('FAIRLEAD_INSTANCE', '0')
  if (!/^\d{1,7}$/.test(number))
    throw misconfigured('FAIRLEAD_INSTANCE has to be the number of the container')
  const seconds = Number(setting('FAIRLEAD_STAGING_PATIENCE_SECONDS', '300'))
  if (!(seconds >= 0)) throw misconfigured('FAIRLEAD_STAGING_PATIENCE_SECONDS has to be a number of seconds')
  return {
    stagingUrl,
    token: await tokenOf(setting('FAIRLEAD_STAGING_TOKEN_FILE', '/var/run/fairlead/token')),
    number: Number(number),
    inputs: setting('FAIRLEAD_INPUTS', '/in'),
    outputs: setting('FAIRLEAD_OUTPUTS', '/out'),
    patienceMs: seconds * 1000,
  }
}

async function tokenOf(path: string): Promise<string> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw misconfigured(`FAIRLEAD_STAGING_TOKEN_FILE: ${path} cannot be read`, cause)
  })
  const token = content.trim()
  // As a header may carry it.
  if (!/^[\w.~+/=-]+$/.test(token)) throw misconfigured(`FAIRLEAD_STAGING_TOKEN_FILE: ${path} holds no token`)
  return token
}

function misconfigured(sentence: string, cause?: unknown): AgentFailure {
  return new AgentFailure('MISCONFIGURED', `${sentence}.`, { cause })
}
