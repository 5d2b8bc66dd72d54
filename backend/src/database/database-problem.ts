import { sqlState } from './sql-error.ts'

export interface DatabaseProblem {
  /** What is wrong and what to set, in one sentence without secrets. */
  readonly sentence: string
  /** Whether it may pass by itself: a server that starts, or that is not reached yet. */
  readonly passing: boolean
}

const NOT_REACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/** What keeps a process from the database at `url`, as far as an operator can do something about it. */
export function databaseProblem(error: unknown, url: string): DatabaseProblem | undefined {
  const { host, username, password, pathname } = new URL(url)
  const database = decodeURIComponent(pathname.slice(1))
  const user = decodeURIComponent(username)
  const state = sqlState(error)
  // What the driver says of itself, before the server refuses.
  const unasked = messages(error).some(({ message }) => message.includes('client password must be'))
  if (password === '' && (unasked || state === '28P01')) {
    return lasting('FAIRLEAD_DATABASE_URL has no password. Set it to postgres://USER:PASSWORD@HOST/DATABASE.')
  }
  switch (state) {
    case '28000':
    case '28P01':
      return lasting(
        `PostgreSQL at ${host} does not let the user "${user}" in with this password. Correct user and password in FAIRLEAD_DATABASE_URL.`,
      )
    case '3D000':
      return lasting(
        `PostgreSQL at ${host} has no database "${database}". Create it, or correct FAIRLEAD_DATABASE_URL.`,
      )
    case '42501':
      return lasting(
        `the user "${user}" has too few rights in the database "${database}". Make the user its owner, or set another one in FAIRLEAD_DATABASE_URL.`,
      )
    case '42P01':
      return lasting(
        `the database "${database}" is of an older release. Run its migrations: node backend/src/migrate.ts.`,
      )
    case '53300':
      return passing(`PostgreSQL at ${host} has no connection left. Raise its max_connections.`)
    case '57P01':
    case '57P02':
    case '57P03':
      return passing(`PostgreSQL at ${host} is starting or stopping.`)
    default:
  }
  const why = messages(error).find(
    ({ code, message }) => NOT_REACHED.has(code) || /time(d )?out|connection terminated/i.test(message),
  )
  if (why !== undefined) {
    return passing(
      `PostgreSQL at ${host} is not reached (${why.code || why.message}). Start it, or correct FAIRLEAD_DATABASE_URL.`,
    )
  }
  return undefined
}

function lasting(sentence: string): DatabaseProblem {
  return { sentence, passing: false }
}

function passing(sentence: string): DatabaseProblem {
  return { sentence, passing: true }
}

/** Of an error, its causes, and those that it stands for. */
function messages(error: unknown): { code: string; message: string }[] {
  if (!(error instanceof Error)) return []
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const below = [error.cause, ...(error instanceof AggregateError ? error.errors : [])]
  return [{ code, message: error.message }, ...below.flatMap(messages)]
}
