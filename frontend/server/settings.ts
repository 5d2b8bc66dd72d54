import { z } from 'zod'

const demoAccount = z.object({
  username: z.string(),
  displayName: z.string(),
  organization: z.string(),
  role: z.string(),
})

/** An account of the development issuer; its password is its username. */
export type DemoAccount = z.infer<typeof demoAccount>

const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

const address = z
  .string()
  .regex(/^.+:\d{1,5}$/, 'must be HOST:PORT')
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon), port: Number(value.slice(colon + 1)) }
  })

const demoAccounts = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must be JSON: ${String(error)}` })
      return z.NEVER
    }
  })
  .pipe(z.array(demoAccount))

const environment = z.object({
  // Where pages are served.
  FAIRLEAD_FRONTEND_ADDRESS: address,
  // The issuer as browsers reach it.
  FAIRLEAD_OIDC_ISSUER: z.url(),
  FAIRLEAD_OIDC_CLIENT_ID: z.string().min(1).default('fairlead-web'),
  FAIRLEAD_DEVELOPMENT: flag.default(false),
  FAIRLEAD_DEMO_ACCOUNTS: demoAccounts.default([]),
  // built: frontend/dist. vite: the sources, with hot reload on the same port.
  FAIRLEAD_FRONTEND_MODE: z.enum(['built', 'vite']).default('built'),
  FAIRLEAD_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

export interface Settings {
  readonly address: { readonly host: string; readonly port: number }
  readonly issuer: string
  readonly clientId: string
  readonly development: boolean
  readonly demoAccounts: readonly DemoAccount[]
  readonly mode: 'built' | 'vite'
  readonly logLevel: string
}

/** Throws one error that names every wrong or missing variable. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const parsed = environment.safeParse(env)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The frontend cannot start with these settings. ${problems.join('; ')}`)
  }
  const values = parsed.data
  return Object.freeze({
    address: values.FAIRLEAD_FRONTEND_ADDRESS,
    issuer: values.FAIRLEAD_OIDC_ISSUER,
    clientId: values.FAIRLEAD_OIDC_CLIENT_ID,
    development: values.FAIRLEAD_DEVELOPMENT,
    // Demo passwords are public knowledge, so they are never shown outside development.
    demoAccounts: values.FAIRLEAD_DEVELOPMENT ? values.FAIRLEAD_DEMO_ACCOUNTS : [],
    mode: values.FAIRLEAD_FRONTEND_MODE,
    logLevel: values.FAIRLEAD_LOG_LEVEL,
  })
}
