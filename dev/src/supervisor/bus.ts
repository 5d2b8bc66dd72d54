import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { connect } from 'amqplib'
import { errorCode, Refusal } from '../refusal.ts'
import type { Home } from './home.ts'

/** What carries messages between the processes. */
export type Bus =
  | { readonly kind: 'postgresql' }
  | {
      readonly kind: 'rabbitmq'
      /** host:port, without the credentials. */
      readonly address: string
      /** AMQP_URL and the files beside it, for the processes that speak to it. */
      readonly variables: Readonly<Record<string, string>>
    }

const files = ['AMQP_CA_FILE', 'AMQP_CERTIFICATE_FILE', 'AMQP_KEY_FILE']
/** Credentials among them: only for those who need them. */
export const busVariables: readonly string[] = ['AMQP_URL', 'AMQP_NAMESPACE', ...files]
const defaultPorts: Readonly<Record<string, string>> = { 'amqp:': '5672', 'amqps:': '5671' }

/**
 * RabbitMQ when AMQP_URL names one, else PostgreSQL. Files are meant from where npm was called. Homes do not hear of
 * each other, nor one that was made anew of what was there before.
 */
export function chooseBus(env: NodeJS.ProcessEnv, { secrets }: Pick<Home, 'secrets'>): Bus {
  const url = env['AMQP_URL']
  if (url === undefined || url === '') return { kind: 'postgresql' }
  const address = addressOf(url)
  // Not a word of what it says: it may hold a password.
  if (address === undefined)
    throw new Refusal(
      'AMQP_URL is no address of RabbitMQ; write it as amqp://USER:PASSWORD@HOST:PORT, or unset it to use PostgreSQL.',
    )
  const given = files.flatMap((name) => {
    const file = env[name]
    return file === undefined || file === '' ? [] : [[name, existingFile(env, name, file)]]
  })
  const home = createHash('sha256').update(secrets.secret).digest('hex').slice(0, 12)
  const variables = {
    AMQP_URL: url,
    AMQP_NAMESPACE: env['AMQP_NAMESPACE'] || `fairlead-${home}`,
    ...Object.fromEntries(given),
  }
  return { kind: 'rabbitmq', address, variables }
}

function addressOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const port = url === undefined ? undefined : url.port || defaultPorts[url.protocol]
  if (url === undefined || !(url.protocol in defaultPorts) || url.hostname === '') return undefined
  return `${url.hostname}:${port}`
}

function existingFile(env: NodeJS.ProcessEnv, name: string, file: string): string {
  const path = isAbsolute(file) ? file : resolve(env['INIT_CWD'] ?? process.cwd(), file)
  if (existsSync(path)) return path
  throw new Refusal(`${name} names ${path}, which does not exist; correct the setting.`)
}

const answerWithinMs = 3000

/** Why RabbitMQ cannot be used now, for the person at the terminal; undefined when it can. */
export async function brokerProblem({ variables }: Bus & { kind: 'rabbitmq' }): Promise<string | undefined> {
  const file = (name: string) => {
    const path = variables[name]
    return path === undefined ? undefined : readFileSync(path)
  }
  try {
    const connection = await connect(variables['AMQP_URL'] ?? '', {
      timeout: answerWithinMs,
      ca: file('AMQP_CA_FILE'),
      cert: file('AMQP_CERTIFICATE_FILE'),
      key: file('AMQP_KEY_FILE'),
    })
    await connection.close()
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** In our own words: what others write about a connection may hold its credentials. */
function reasonOf(error: unknown): string {
  const code = errorCode(error)
  if (code !== undefined) return code
  const message = error instanceof Error ? error.message : String(error)
  if (/ACCESS.REFUSED/.test(message)) return 'it refuses the login'
  if (/ConnectionOpenOk/.test(message)) return 'it refuses the virtual host'
  return 'it does not answer as RabbitMQ does'
}
