import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Session, SessionState } from '../modules/identity/session'
import type { Api } from './api'
import type { Configuration } from './configuration'
import type { Connection, ConnectionState } from './connection'

/** What the entry point made and every page may use. */
export interface Services {
  readonly configuration: Configuration
  readonly session: Session
  readonly api: Api
  readonly connection: Connection
}

const ServicesContext = createContext<Services | undefined>(undefined)

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>
}

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('useServices stands outside ServicesProvider')
  return services
}

export function useApi(): Api {
  return useServices().api
}

export function useSessionState(): SessionState {
  const { session } = useServices()
  return useSyncExternalStore(session.subscribe, session.state)
}

export function useConnectionState(): ConnectionState {
  const { connection } = useServices()
  return useSyncExternalStore(connection.subscribe, connection.state)
}
