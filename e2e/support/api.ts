import type { System } from './system.ts'

export interface Job {
  readonly name: string
  readonly phase: string
  readonly results?: readonly {
    readonly name: string
    readonly fileName: string
    readonly sizeBytes: string
  }[]
  readonly error?: { readonly reason: string }
}

/** The JSON API as one demo user, for setting a scene and for looking behind the page. */
export interface Api {
  get<Answer>(path: string): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
  patch<Answer>(path: string, body: unknown): Promise<Answer>
  createJob(
    parameters: readonly (readonly [string, string])[],
    options?: { service?: string; keepPending?: boolean; runId?: string },
  ): Promise<Job>
}

/** An answer other than 2xx is an error that carries the body. */
export async function apiAs(system: System, username: string, organization: string): Promise<Api> {
  const token = await system.token(username)
  const request = async (path: string, init: RequestInit) => {
    const response = await fetch(`${system.url}/api/v1/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
  const api: Api = {
    get: (path) => request(path, { method: 'GET' }),
    post: (path, body) => request(path, { method: 'POST', body: JSON.stringify(body) }),
    patch: (path, body) => request(path, { method: 'PATCH', body: JSON.stringify(body) }),
    createJob: (parameters, { service = 'cutout', keepPending = false, runId = '' } = {}) =>
      api.post(`organizations/${organization}/jobs`, {
        service,
        keepPending,
        runId,
        parameters: parameters.map(([name, value]) => ({ name, value })),
      }),
  }
  return api
}

/** A circle in the middle of a seeded dataset, as a CIRCLE parameter. */
export async function circleInside(
  api: Api,
  organization: string,
  dataset: string,
  radiusDeg: number,
): Promise<string> {
  const { coverage } = await api.get<{ coverage: { center: { raDeg: number; decDeg: number } } }>(
    `organizations/${organization}/datasets/${dataset}`,
  )
  return `${coverage.center.raDeg} ${coverage.center.decDeg} ${radiusDeg}`
}
