import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import type { Address } from '../settings.ts'
import { type GrpcEnvironment, grpcMethods, type ReceivedRequest, receive, stopping } from './grpc-method.ts'
import { Rechecks } from './rechecks.ts'
import { addReflection } from './reflection.ts'
import type { RegisteredService } from './service-handlers.ts'
import { shareEncodings } from './shared-message.ts'
import { streamCall } from './stream-call.ts'
import { unaryCall } from './unary-call.ts'

export interface GrpcServer {
  /** Resolves with the port. Health says SERVING once `ready` resolves; left out, at once. */
  start(address: Address, ready?: Promise<void>): Promise<number>
  /** Health says NOT_SERVING, streams end with UNAVAILABLE, unary calls get time to end. */
  stop(): Promise<void>
}

/** A name that health knows besides the services': whether the process works, ready for calls or not. */
const LIVE = 'live'
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024
const STOP_TIMEOUT_MS = 5_000

const options = {
  'grpc.max_receive_message_length': MESSAGE_MAX_BYTES,
  'grpc.max_send_message_length': MESSAGE_MAX_BYTES,
  // A peer that is gone without a word is noticed within 15 s, and its streams are released.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // MiB. Envoy multiplexes everyone's calls over one connection; node's default of 10 is for one client.
  'grpc-node.max_session_memory': 64,
}

/** @throws AccessDeclarationError when any method could be called by someone it was not declared for */
export function createGrpcServer(
  services: readonly RegisteredService[],
  environment: GrpcEnvironment,
): GrpcServer {
  const server = new Server(options)
  const open = new Set<AbortController>()
  const rechecks = new Rechecks(environment)
  const names: string[] = []
  for (const service of services) {
    const definition: Record<string, MethodDefinition<ReceivedRequest, object>> = {}
    const implementation: UntypedServiceImplementation = {}
    for (const [name, method] of grpcMethods(service, environment)) {
      names.push(method.path.split('/')[1] ?? '')
      definition[name] = {
        ...method.definition,
        requestSerialize: ({ bytes }) => bytes,
        requestDeserialize: (bytes: Buffer) => receive(method.definition, bytes),
        responseSerialize: shareEncodings(method.definition.responseSerialize),
      }
      implementation[name] = method.definition.responseStream
        ? streamCall(method, environment, open, rechecks)
        : unaryCall(method, environment, open)
    }
    server.addService(definition, implementation)
  }
  const serviceNames = [...new Set(names)]
  let stopped = false
  const health = new HealthImplementation()
  const setHealth = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const name of ['', ...serviceNames]) health.setStatus(name, status)
  }
  setHealth('NOT_SERVING')
  health.setStatus(LIVE, 'SERVING')
  health.addToServer(server)
  addReflection(server, environment.contracts, [...serviceNames, 'grpc.health.v1.Health'])

  return {
    start: ({ host, port }, ready = Promise.resolve()) =>
      new Promise((resolve, reject) => {
        const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
        server.bindAsync(target, ServerCredentials.createInsecure(), (error, bound) => {
          if (error !== null) {
            reject(
              new Error(`the gRPC server cannot listen on ${target}: ${error.message}`, { cause: error }),
            )
            return
          }
          ready.then(() => {
            if (!stopped) setHealth('SERVING')
          }, reject)
          resolve(bound)
        })
      }),
    async stop() {
      stopped = true
      setHealth('NOT_SERVING')
      for (const controller of open) controller.abort(stopping())
      const timer = setTimeout(() => server.forceShutdown(), STOP_TIMEOUT_MS)
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      clearTimeout(timer)
    },
  }
}
