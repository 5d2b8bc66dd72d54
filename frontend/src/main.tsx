import '@fontsource-variable/inter'
import './app/styles'
import { createRoot } from 'react-dom/client'
import { createApi } from './app/api'
import { App } from './app/app'
import { loadConfiguration } from './app/configuration'
import { type Connection, createConnection } from './app/connection'
import { createQueryClient, isAskedAgain } from './app/query-client'
import { StartFailure } from './app/start-failure'
import { createTransport, type TransportOptions } from './app/transport'
import { createSession } from './modules/identity/session'

const root = createRoot(document.getElementById('root') ?? document.body)

async function start(): Promise<void> {
  const configuration = await loadConfiguration()
  const session = await createSession(configuration)
  const queryClient = createQueryClient()

  let connection: Connection | undefined
  let beginSpan: TransportOptions['beginSpan']
  const transport = createTransport({
    host: '/grpc',
    accessToken: session.accessToken,
    renewAccessToken: session.renew,
    onUnauthenticated: () => session.end(''),
    onReachable: () => connection?.reportReachable(),
    onUnreachable: () => connection?.reportUnreachable(),
    beginSpan: (method) => beginSpan?.(method),
  })
  const api = createApi(transport)
  connection = createConnection({
    // The outcome reaches the connection through the transport; a refusal is an answer too.
    probe: () =>
      api
        .identity({ timeoutMs: 5_000 })
        .GetCaller({})
        .then(
          () => undefined,
          () => undefined,
        ),
    onRecovered: () => void queryClient.invalidateQueries({ predicate: isAskedAgain }),
  })

  const { tracesRatio } = configuration
  if (tracesRatio !== undefined) {
    // The page does not wait for it, and does without it.
    import('./app/tracing').then(
      ({ traceCalls }) => {
        beginSpan = traceCalls(tracesRatio)
      },
      () => undefined,
    )
  }

  root.render(<App services={{ configuration, session, api, connection }} queryClient={queryClient} />)
}

start().catch((error: unknown) => root.render(<StartFailure error={error} />))
